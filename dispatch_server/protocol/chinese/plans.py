"""The plan of the whole board, outage by outage."""

SENTENCES: dict[str, str] = {
    "sent there by the plan of the whole board": "全盘计划派往此处",
    "No crew on the board may be sent there.": "没有任何班组可以派往该处。",
    "{crew} arrives in {minutes} min, as its stop no. {turn}: in time, {spare} min to spare.": (
        "{crew}第 {turn} 站到此，{minutes} 分钟后到达：按时，余 {spare} 分钟。"
    ),
    "{crew} arrives in {minutes} min, as its stop no. {turn}: {late} min past the limit.": (
        "{crew}第 {turn} 站到此，{minutes} 分钟后到达：超过时限 {late} 分钟。"
    ),
    "{crew} had it and is sent elsewhere: the whole board gains {minutes} min or more, counted by urgency.": (
        "原由{crew}前往，现改派：全盘按紧急程度折算至少节省 {minutes} 分钟。"
    ),
    "Its limit passed {minutes} min ago.": "时限已过 {minutes} 分钟。",
    "No fit crew can be there in time; the first could be {crew}, in {minutes} min.": (
        "没有合适的班组能按时到达；最早为{crew}，{minutes} 分钟后。"
    ),
    "{crew} could be there in time, in {minutes} min, but would then be late at more of its other stops ({count}).": (
        "{crew}可在 {minutes} 分钟后按时到达，但会使其另外 {count} 站迟到。"
    ),
    "{crew} could be there in time, in {minutes} min, but the whole board would lose {loss} min, counted by urgency.": (
        "{crew}可在 {minutes} 分钟后按时到达，但全盘按紧急程度折算多花 {loss} 分钟。"
    ),
    "Next best: {crew}, in {minutes} min; the whole board would lose {loss} min, counted by urgency.": (
        "其次为{crew}，{minutes} 分钟后；全盘按紧急程度折算多花 {loss} 分钟。"
    ),
}
