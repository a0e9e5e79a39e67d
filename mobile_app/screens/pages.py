"""Every screen by its name."""

from mobile_app.screens.check_in import CheckIn, WrongPlace
from mobile_app.screens.duty import Duty
from mobile_app.screens.finish import Finish
from mobile_app.screens.hand_over import HandOver
from mobile_app.screens.job import Job
from mobile_app.screens.jobs import Jobs
from mobile_app.screens.map import JobMap, Map
from mobile_app.screens.note import Note
from mobile_app.screens.outbox import Outbox
from mobile_app.screens.page import JobPage, Page
from mobile_app.screens.photos import Photos
from mobile_app.screens.safety import Safety
from mobile_app.screens.sign_in import SignIn
from mobile_app.screens.spoken import Spoken
from mobile_app.screens.survey import Survey
from mobile_app.screens.track import TrackPage

CREW_PAGES: dict[str, type[Page]] = {
    "sign_in": SignIn,
    "crew": Duty,
    "jobs": Jobs,
    "map": Map,
    "outbox": Outbox,
    "track": TrackPage,
    "hand_over": HandOver,
}
JOB_PAGES: dict[str, type[JobPage]] = {
    "job": Job,
    "job_map": JobMap,
    "check_in": CheckIn,
    "wrong_place": WrongPlace,
    "spoken": Spoken,
    "safety": Safety,
    "survey": Survey,
    "photos": Photos,
    "finish": Finish,
    "note": Note,
}
PAGES: dict[str, type[Page]] = {**CREW_PAGES, **JOB_PAGES}
