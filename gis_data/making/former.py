"""Old names: two editions of the same register laid side by side. Real, as far as the register is."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from gis_data.making.world import Township, Village, stem_of

# A township that took over so many villages of one that is gone is called by its name still.
_LEAST_VILLAGES, _LEAST_SHARE = 3, 0.1

Former = dict[str, list[str]]


def former_names(
    old_townships: Mapping[str, str],
    old_villages: Sequence[Village],
    townships: Sequence[Township],
    villages: Sequence[Village],
) -> Former:
    """By the code of today's township or village: what it was called in the older edition."""
    heirs = _heirs(old_townships, old_villages, villages)
    found = _of_townships(old_townships, townships, heirs)
    now = {t.name: t.code for t in townships}
    heir = {old: now.get(name) or _first(heirs[old]) or old for old, name in old_townships.items()}
    for code, name in _of_villages(old_villages, villages, heir):
        found.setdefault(code, []).append(name)
    return found


def _heirs(
    old_townships: Mapping[str, str], old_villages: Sequence[Village], villages: Sequence[Village]
) -> dict[str, Counter[str]]:
    """By the old township's code: how many of its villages stand, by name, in which township of the same county now."""
    now: dict[str, list[Village]] = defaultdict(list)
    for village in villages:
        now[village.stem].append(village)
    heirs: dict[str, Counter[str]] = {code: Counter() for code in old_townships}
    for old in old_villages:
        same = {v.township for v in now[old.stem] if v.township[:6] == old.township[:6]}
        if len(same) == 1:
            heirs[old.township][same.pop()] += 1
    return heirs


def _first(count: Counter[str]) -> str | None:
    return count.most_common(1)[0][0] if count else None


def _of_townships(
    old_townships: Mapping[str, str], townships: Sequence[Township], heirs: Mapping[str, Counter[str]]
) -> Former:
    """Only of townships that bear another name today, and only names that no township bears any more."""
    today = {t.name for t in townships}
    found: Former = {}
    for old, name in old_townships.items():
        if name in today:
            continue
        total = sum(heirs[old].values())
        for code, count in heirs[old].most_common():
            new = next(t.name for t in townships if t.code == code)
            if count >= max(_LEAST_VILLAGES, _LEAST_SHARE * total) and new not in old_townships.values():
                found.setdefault(code, []).append(name)
    return found


def _of_villages(
    old_villages: Sequence[Village], villages: Sequence[Village], heir: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The same code under another name; the same stem of another kind; names put together from two that are gone."""
    today, names = {(v.township, v.stem) for v in villages}, {(v.township, v.name) for v in villages}
    by_code = {v.code: v for v in villages}
    by_stem = {(v.township, v.stem): v for v in villages}
    found, gone = [], defaultdict(list)
    for old in old_villages:
        township = heir[old.township]
        same_code, same_stem = by_code.get(old.code), by_stem.get((township, old.stem))
        if same_stem is not None:
            if same_stem.name != old.name and (township, old.name) not in names:
                found.append((same_stem.code, old.name))
        elif same_code is not None and (same_code.township, old.stem) not in today:
            found.append((same_code.code, old.name))
        else:
            gone[township].append(old)
    were_there = {(heir[v.township], v.stem) for v in old_villages}
    for village in villages:
        if (village.township, village.stem) not in were_there:
            found.extend((village.code, old.name) for old in _put_together(village, gone[village.township]))
    return found


def _put_together(village: Village, gone: Sequence[Village]) -> list[Village]:
    """檀凤 from 檀湾 and 凤形: each of the two characters begins just one of the names that are gone."""
    if len(village.stem) != 2:
        return []
    parts = [[old for old in gone if stem_of(old.name).startswith(sign)] for sign in village.stem]
    return [part[0] for part in parts] if all(len(part) == 1 for part in parts) else []
