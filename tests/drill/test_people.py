"""Who may sign in to a demo, and that the same folder keeps them."""

import json
import stat
from collections import Counter

from dispatch_server.drill.people import FILE
from dispatch_server.protocol.words import Role
from dispatch_server.services.people import disable_user, password_fits
from dispatch_server.store.people import account_named
from tests.drill.played import Played


def test_one_user_for_every_crew_and_some_for_every_other_role(stage: Played) -> None:
    by_role = Counter(user.role for user in stage.users)
    assert set(by_role) == set(Role)
    assert by_role[Role.CALL_TAKER] == by_role[Role.DISPATCHER] == 2
    assert {u.crew_id: u.name for u in stage.users if u.role is Role.CREW} == {1: "K1", 2: "K2", 3: "K3", 4: "K4"}


def test_everybody_signs_in_with_the_password_in_the_file(stage: Played) -> None:
    stage.demo.announce("http://127.0.0.1:8000")
    said = json.loads((stage.folder / FILE).read_text(encoding="utf-8"))
    assert said["url"] == "http://127.0.0.1:8000"
    for user in said["users"]:
        account = stage.store.read(lambda reading, name=user["name"]: account_named(reading, name))
        assert account is not None
        assert password_fits(account, user["password"])
        assert (account.user.role.value, account.user.crew_id) == (user["role"], user.get("crew_id"))
    assert len({user["password"] for user in said["users"]}) == len(said["users"])


def test_only_the_owner_reads_the_passwords(stage: Played) -> None:
    assert stat.S_IMODE((stage.folder / FILE).stat().st_mode) == 0o600


def test_the_same_folder_keeps_names_and_passwords(stage: Played) -> None:
    before = stage.users
    stage.again()
    assert stage.users == before


def test_a_lost_file_gives_everybody_a_new_password(stage: Played) -> None:
    before = {user.name: user.password for user in stage.users}
    (stage.folder / FILE).write_text("{", encoding="utf-8")
    stage.again()
    for user in stage.users:
        account = stage.store.read(lambda reading, name=user.name: account_named(reading, name))
        assert password_fits(account, user.password)
        assert not password_fits(account, before[user.name])


def test_somebody_disabled_stays_so(stage: Played) -> None:
    stage.do(lambda work: disable_user(work, "manager"))
    stage.again()
    account = stage.store.read(lambda reading: account_named(reading, "manager"))
    assert account is not None
    assert account.disabled
