"""What a crew reads on its tablet: safety steps, the examiner before a job is closed, the tablet's own troubles."""

SENTENCES: dict[str, str] = {
    # Safety steps
    "Earths still fitted: {count}. Remove them and press each one before this step.": (
        "尚有 {count} 组接地线未拆除，请先拆除并逐组按下，再按此步骤。"
    ),
    "More earths were removed than fitted ({count}): count them on site, and press those left out.": (
        "拆除的接地线比装设的多 {count} 组，请现场清点，补按漏按的步骤。"
    ),
    "The step {step} is named twice.": "步骤 {step} 重复。",
    "The step made_safe belongs to every job with a danger; leave it out.": (
        "步骤 made_safe 属于每张有险情的工单，请勿列入。"
    ),
    "The step {step} has earth {count}; it is 1, 0 or -1.": "步骤 {step} 的 earth 为 {count}，只能是 1、0 或 -1。",
    "Where earths are fitted, a step must remove them and a gate must wait for the last one.": (
        "有装设接地线的步骤，就必须有拆除的步骤，并有一个步骤等待全部拆除。"
    ),
    # The examiner
    "A caller reported a danger that nobody has made safe; press it once it is.": (
        "来电报告的险情尚未解除；解除后请按“险情解除”。"
    ),
    "{count} earths are still fitted; remove them and press each one.": (
        "尚有 {count} 组接地线未拆除，请拆除并逐组按下。"
    ),
    "{count} more earths were removed than fitted; press those left out.": (
        "拆除的接地线比装设的多 {count} 组，请补按漏按的步骤。"
    ),
    "The times are not in order: accepted, departed, arrived, restored. Say in a note how it was.": (
        "接单、出发、到达、复电的时间先后不对，请在备注中说明。"
    ),
    "There is no check-in yet; press it, and say in a note when you arrived.": (
        "还没有到场打卡，请补按，并在备注中说明到达时间。"
    ),
    "Your check-in is graded C: check in again with a better fix, or tell the dispatcher.": (
        "到场打卡评级为 C：请在定位更准时重新打卡，或告知调度员。"
    ),
    "The cause is not named yet: fill in the survey.": "尚未填写故障原因，请填写勘察结果。",
    "This cause is unusual for this kind of fault; check it, or say in a note why.": (
        "此原因与故障类别不常相符，请核对，或在备注中说明。"
    ),
    "No safety step was pressed; press those that were taken.": "没有按过安全步骤，请补按已完成的步骤。",
    "There is no photo of the repair; take one if you can.": "还没有修复照片，方便时请拍一张。",
    "Nobody counted the customers who have power again.": "未填写恢复供电的户数。",
    "You counted {count} customers, but the transformer feeds {most}; count again.": (
        "填写的户数为 {count}，但该变压器只供 {most} 户，请重新核对。"
    ),
    "{count} of {most} customers have power again; look whether the others have it too.": (
        "{most} 户中 {count} 户已恢复供电，请查看其余用户是否也已来电。"
    ),
}
