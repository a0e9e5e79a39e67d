"""What a check-in page looks at while it waits for a better reading."""

from typing import TYPE_CHECKING

from dispatch_server.protocol.grading import Graded
from dispatch_server.protocol.messages import Fix
from mobile_app.core.fixes import WAIT_S

if TYPE_CHECKING:
    from mobile_app.core.tablet import Tablet


class FixWatch:
    """What a check-in would take now. While a page looks at it, the receiver is asked every second."""

    def __init__(self, tablet: "Tablet", began_ms: int) -> None:
        self._tablet = tablet
        self._began_ms = began_ms

    @property
    def best(self) -> Fix | None:
        return self._tablet.best_fix()

    @property
    def waited_s(self) -> float:
        return max(0.0, (self._tablet.elapsed_ms() - self._began_ms) / 1000)

    @property
    def is_waiting(self) -> bool:
        return self.waited_s < WAIT_S

    def probable(self, job_id: int) -> Graded:
        return self._tablet.probable_grade(job_id, self.best)
