"""What is said about a folder of map layers, at the command line of an administrator."""

SENTENCES: dict[str, str] = {
    # Where something is wrong, then what
    "{layer} line {row}: {flaw}": "{layer} 第 {row} 行：{flaw}",
    "{layer} feature {row}: {flaw}": "{layer} 要素 {row}：{flaw}",
    "{layer} line {row} and line {other_row}: {flaw}": "{layer} 第 {row} 行与第 {other_row} 行：{flaw}",
    "{layer} feature {row} and feature {other_row}: {flaw}": "{layer} 要素 {row} 与要素 {other_row}：{flaw}",
    "{layer}: {flaw}": "{layer}：{flaw}",
    "Note: {flaw}": "注意：{flaw}",
    "line {row}": "第 {row} 行",
    "it holds a character that is not text.": "含有不是文字的字符。",
    "{manifest} names the file {file}; a file's name has only characters that print.": (
        "{manifest} 所写的文件名 {file} 含有无法显示的字符；文件名只能用可显示的字符。"
    ),
    "feature {row}": "要素 {row}",
    "{layer} line {row}": "{layer} 第 {row} 行",
    # The manifest and the files
    "{directory} is not a folder.": "{directory} 不是文件夹。",
    "There is no manifest.toml; it must list every layer with its file, crs and sha256.": (
        "缺少 manifest.toml；其中须列出每个图层的文件、坐标系（crs）和 sha256。"
    ),
    "manifest.toml is not valid TOML: {error}.": "manifest.toml 不是有效的 TOML：{error}。",
    "manifest.toml lists no layers; write one [[layers]] for each file.": (
        "manifest.toml 未列任何图层；请为每个文件写一段 [[layers]]。"
    ),
    "Layer {row} in manifest.toml must be written as [[layers]].": (
        "manifest.toml 的第 {row} 个图层须写成 [[layers]]。"
    ),
    "Layer {row} in manifest.toml lacks {key}.": "manifest.toml 的第 {row} 个图层缺少 {key}。",
    "Layer {row} in manifest.toml: {key} must be written as {ours = theirs}.": (
        "manifest.toml 的第 {row} 个图层：{key} 须写成 {ours = theirs}。"
    ),
    "Layer {row} in manifest.toml: {key} must be written as {ours = {theirs = ours}}.": (
        "manifest.toml 的第 {row} 个图层：{key} 须写成 {ours = {theirs = ours}}。"
    ),
    "manifest.toml lists {layer_name} twice, as layer {row} too; one file or table holds all of it.": (
        "manifest.toml 两次列出 {layer_name}（第 {row} 个图层又是它）；一个图层只能来自一个文件或表。"
    ),
    "{layer} is missing from the layers; add the file and its entry in manifest.toml.": (
        "图层中缺少 {layer}；请加入该文件及其在 manifest.toml 中的条目。"
    ),
    "{layer} is missing; add the file and its entry in {manifest}.": (
        "缺少 {layer}；请加入该文件及其在 {manifest} 中的条目。"
    ),
    "manifest.toml does not say the crs of {layer}; add {known}. It is never guessed.": (
        "manifest.toml 未写明 {layer} 的坐标系；请写 {known}。系统从不猜测。"
    ),
    "manifest.toml gives {layer} the crs {crs_said}, which is not known; say {known}.": (
        "manifest.toml 给 {layer} 的坐标系 {crs_said} 无法识别；请写 {known}。"
    ),
    "The manifest does not say the crs of {layer}; add {known}, or the EPSG code of its projection. "
    "It is never guessed.": ("清单未写明 {layer} 的坐标系；请写 {known}，或其投影的 EPSG 代码。系统从不猜测。"),
    "The manifest gives {layer} the crs {crs_said}, which is not known; say {known}, or the EPSG code of its "
    "projection.": ("清单给 {layer} 的坐标系 {crs_said} 无法识别；请写 {known}，或其投影的 EPSG 代码。"),
    "The manifest gives {layer} the crs {crs_said}, which stands on {datum}; have it converted to CGCS2000 (EPSG:4490) "
    "by your survey office first.": (
        "清单给 {layer} 的坐标系 {crs_said} 基于 {datum}；请先由测绘部门转换为 CGCS2000（EPSG:4490）。"
    ),
    "{layer} says itself that its crs is {found}, but {manifest} says {crs_said}; mend the wrong one.": (
        "{layer} 自身声明的坐标系为 {found}，而 {manifest} 写的是 {crs_said}；请改正其中错误的一个。"
    ),
    "Positions lie outside the projection {crs_said}.": "有坐标超出投影 {crs_said} 的范围。",
    "{layer} is not UTF-8 (byte {row}); save it as UTF-8.": "{layer} 不是 UTF-8（第 {row} 字节）；请另存为 UTF-8。",
    '{layer} is not written in {encoding}; add encoding = "GBK" to its entry, or whatever it is.': (
        '{layer} 的文字编码不是 {encoding}；请在其条目中加上 encoding = "GBK"，或实际的编码。'
    ),
    '{layer} does not say how its text is written (there is no .cpg file); add encoding = "GBK" to its entry in the '
    "manifest, or whatever it is.": (
        '{layer} 未说明文字编码（没有 .cpg 文件）；请在清单的该条目中加上 encoding = "GBK"，或实际的编码。'
    ),
    "{manifest} lists {layer}, but the file is not in the folder.": "{manifest} 列出了 {layer}，但文件夹中没有该文件。",
    "{manifest} lists {layer}, which lies outside the folder; copy it into the folder.": (
        "{manifest} 列出的 {layer} 不在此文件夹内；请复制进来。"
    ),
    "{manifest} lists {layer}, which nothing here reads.": "{manifest} 列出的 {layer} 本系统不使用。",
    "{layer} is in the folder, but {manifest} does not list it.": "{layer} 在文件夹中，但 {manifest} 未列出。",
    "{manifest} does not say source and licence of {layer}.": "{manifest} 未写明 {layer} 的来源和许可。",
    "{layer} is not the file {manifest} describes: its sha256 is {digest}, not {said_digest}…; bring the right file, "
    "or state this checksum.": (
        "{layer} 与 {manifest} 所述的文件不同：其 sha256 为 {digest}，而非 {said_digest}…；"
        "请换成正确的文件，或改写校验和。"
    ),
    '{manifest} does not state the checksum of {layer}; if it is the right file, add sha256 = "{digest}".': (
        '{manifest} 未写明 {layer} 的校验和；如文件无误，请加上 sha256 = "{digest}"。'
    ),
    "{layer} and {other_layer} belong together; one of them is missing.": (
        "{layer} 与 {other_layer} 须同时提供，现缺其一。"
    ),
    "There is no road layer; minutes to drive come from straight lines.": "没有道路图层；行车时间按直线距离估算。",
    "{layer} is a link that leads out of the folder; copy the file itself into it.": (
        "{layer} 是指向文件夹之外的链接；请把文件本身复制进来。"
    ),
    "{layer} has {count} bytes; a file may have up to {other_count}.": (
        "{layer} 有 {count} 字节；一个文件最多 {other_count} 字节。"
    ),
    "{layer} names the column {column} twice in its first line; one of them must go.": (
        "{layer} 首行两次写了列 {column}；请去掉其中一个。"
    ),
    # Files in the utility's own form
    "{layer} is no {form}, whatever its name says; export it again.": ("{layer} 名不副实，并不是 {form}；请重新导出。"),
    "{layer} cannot be read: give it as {suffixes}.": "{layer} 无法读取：请提供 {suffixes} 格式。",
    "{layer} cannot be read: {error}.": "{layer} 无法读取：{error}。",
    "{layer} has no layer {layer_said}; it holds: {names}.": "{layer} 中没有图层 {layer_said}；其中有：{names}。",
    '{layer} holds the layers {names}; say which one with layer = "{layer_name}".': (
        '{layer} 含有图层 {names}；请用 layer = "{layer_name}" 指明是哪一个。'
    ),
    '{layer} has no column {column}; say which is our {ours} with columns = {{ours_again} = "…"}. It has: {names}.': (
        '{layer} 没有列 {column}；请用 columns = {{ours_again} = "…"} 指明哪一列是 {ours}。现有的列：{names}。'
    ),
    "{layer} lacks the column {column}; its first line must name {names}.": (
        "{layer} 缺少列 {column}；首行须写明 {names}。"
    ),
    "the manifest's {key} name {column}, which is none of ours: {names}.": (
        "清单的 {key} 写了 {column}，不是本系统的列；本系统的列：{names}。"
    ),
    "the column {column} holds numbers too long to be exact; keep them as text.": (
        "列 {column} 中的数字过长，会丢失末位；请存为文本。"
    ),
    "{layer} holds no outlines; in a CSV they stand in a column wkt.": "{layer} 没有面；CSV 的面写在 wkt 列中。",
    "{layer} holds no {shapes}.": "{layer} 没有{shapes}。",
    "{shapes} are needed here, this is a {geometry}.": "此处须为{shapes}，而它是 {geometry}。",
    "{layer} holds nothing.": "{layer} 是空的。",
    "{layer} is not a GeoJSON FeatureCollection.": "{layer} 不是 GeoJSON 的 FeatureCollection。",
    "its geometry is not a Polygon or MultiPolygon with closed rings.": "几何不是闭合的 Polygon 或 MultiPolygon。",
    "its outline is empty or leaves the globe; positions are longitude, then latitude.": (
        "轮廓为空或超出地球范围；坐标须先经度、后纬度。"
    ),
    "its outline reaches around half of the globe; an area across the 180th meridian is not served.": (
        "轮廓绕过半个地球；不支持跨越 180 度经线的区域。"
    ),
    "a road has no line.": "有道路没有线。",
    "the manifest does not say the crs of this file.": "清单未写明此文件的坐标系。",
    # Values
    "{count} values for {other_count} columns.": "有 {count} 个值，而列有 {other_count} 个。",
    "{column} is empty.": "{column} 为空。",
    "{column} must be a number from {least} to {most}, not {given}.": (
        "{column} 须为 {least} 到 {most} 之间的数，而不是 {given}。"
    ),
    "{column} has {count} characters; {other_count} are the most that is kept.": (
        "{column} 有 {count} 个字符；最多保留 {other_count} 个。"
    ),
    "{column} must be a whole number, not {given}.": "{column} 须为整数，而不是 {given}。",
    "{column} must be 0 or 1, not {given}.": "{column} 须为 0 或 1，而不是 {given}。",
    "{column} must be one of {names}, not {given}.": "{column} 须为 {names} 之一，而不是 {given}。",
    "{column} must be a time such as 07:30, not {given}.": "{column} 须为 07:30 这样的时间，而不是 {given}。",
    '{column} must be two positions or more, written "lon lat;lon lat".': (
        '{column} 须为两个以上的坐标，写成 "lon lat;lon lat"。'
    ),
    "last_no {last} is below first_no {first}; the line runs from the lowest number up.": (
        "last_no {last} 小于 first_no {first}；线须从最小的门牌号开始。"
    ),
    "day_of_week runs from 1 (Monday) to 7, not {given}.": "day_of_week 为 1（星期一）到 7，而不是 {given}。",
    "area {code} has the class {given}; say urban, rural or remote.": (
        "区域 {code} 的类别为 {given}；须为 urban（城区）、rural（农村）或 remote（边远）。"
    ),
    "the skill {given} is not one of {names}.": "技能 {given} 不在 {names} 之中。",
    "crews.csv: {code} names the depot {given}, which is not in depots.csv.": (
        "crews.csv：{code} 的驻点 {given} 不在 depots.csv 中。"
    ),
    "shifts.csv names the crew {given}, which is not in crews.csv.": "shifts.csv 中的班组 {given} 不在 crews.csv 中。",
    "{layer} has a road from {first} to {last}; one is not in {other_layer}.": (
        "{layer} 有一条从 {first} 到 {last} 的道路，其中一端不在 {other_layer} 中。"
    ),
    # Codes and references
    "{entry} stands there {count} times: {spots}.": "{entry} 出现 {count} 次：{spots}。",
    "{entry} stands there {count} times.": "{entry} 出现 {count} 次。",
    "it names the {reference} {given}, which is not there.": "所写的{reference} {given} 不存在。",
    "{entry} names the {reference} {given}, which is not there.": "{entry} 所写的{reference} {given} 不存在。",
    "it has no {reference}.": "未写{reference}。",
    "{entry} has no {reference}.": "{entry} 未写{reference}。",
    "{code} {crew_name} has no shift.": "{code} {crew_name} 没有排班。",
    "{count} villages are called {village}.": "有 {count} 个村都叫 {village}。",
    "{place_kind} {village} lies in {within}, which is not listed.": (
        "{place_kind}{village} 位于 {within}，而后者未列出。"
    ),
    "and {count} more like the last.": "还有 {count} 处同类问题。",
    # Outlines
    "the outline of {code} is not valid at {lon}, {lat} ({outline_flaw}).": (
        "{code} 的轮廓在 {lon}, {lat} 处无效（{outline_flaw}）。"
    ),
    "the outline of {code} is not valid ({outline_flaw}).": "{code} 的轮廓无效（{outline_flaw}）。",
    "{area} and {other_area} both cover {size}.": "{area} 与 {other_area} 重叠，面积 {size}。",
    "more than {count} pairs of areas cover the same ground; much of it stands there twice.": (
        "有超过 {count} 对区域互相重叠；其中许多内容重复。"
    ),
    "no area covers {size}, beside {areas}.": "有空隙不属于任何区域：{size}；邻近 {areas}。",
    "{area} has a part of only {size}.": "{area} 有一块过小：{size}。",
    "of the counties, no area covers {size}.": "县界之内未被任何区域覆盖：{size}。",
    "outside every county, areas cover {size}.": "县界之外被区域覆盖：{size}。",
    "{m2} m² in {count} pieces, the largest {size}": "共 {m2} 平方米，分 {count} 块，最大一块 {size}",
    "{m2} m² near {lon}, {lat} (a sliver {metres} m wide)": (
        "{m2} 平方米，位于 {lon}, {lat} 附近（碎条，宽 {metres} 米）"
    ),
    "{m2} m² near {lon}, {lat}": "{m2} 平方米，位于 {lon}, {lat} 附近",
    # Positions
    "{position} lies outside every area, {metres} m from {code} {area}.": (
        "{position}不在任何区域内，距 {code} {area} {metres} 米。"
    ),
    "{position} names the area {code} but lies in {other_code} {area}.": (
        "{position}写的区域是 {code}，实际位于 {other_code} {area}。"
    ),
    "{thing} at {lon}, {lat}": "{thing}（{lon}, {lat}）",
    "county {thing_name}": "县 {thing_name}",
    "township {thing_name}": "乡镇 {thing_name}",
    "village {thing_name}": "村 {thing_name}",
    "transformer {thing_name}": "变压器 {thing_name}",
    "account {thing_name}": "户号 {thing_name}",
    "depot {thing_name}": "驻点 {thing_name}",
    "node {thing_name}": "路口 {thing_name}",
    "street {thing_name}": "街道 {thing_name}",
    "landmark {thing_name}": "地标 {thing_name}",
    "pole {thing_name}": "电杆 {thing_name}",
    "{layer} fits {layers} only when it is read as {crs_meant}: of {looked_at} positions {better} then fit better and "
    "{worse} worse. The manifest says {crs_said}, which is probably wrong.": (
        "{layer} 只有按 {crs_meant} 读取才与 {layers} 吻合："
        "{looked_at} 个坐标中 {better} 个更吻合，{worse} 个更不吻合。清单写的 {crs_said} 很可能有误。"
    ),
    # What is being done
    "Checking {directory}.": "正在检查 {directory}。",
    "Taking {layer} over.": "正在转换 {layer}。",
    "Reading {layer}.": "正在读取 {layer}。",
    "{count} rows so far.": "已读 {count} 行。",
    "Looking at the manifest and the checksums.": "正在核对清单和校验和。",
    "Reading the layers.": "正在读取图层。",
    "Looking for codes that stand twice.": "正在查找重复的编码。",
    "Looking for references to nothing.": "正在查找无效的引用。",
    "Looking at the outlines.": "正在检查轮廓。",
    "Looking for overlaps.": "正在查找重叠。",
    "Looking for gaps.": "正在查找空隙。",
    "Comparing the areas with the counties.": "正在比对区域与县界。",
    "Looking whether layers fit each other only in another datum.": "正在检查图层之间是否有坐标系偏移。",
    "Looking for positions outside the territory.": "正在查找供电范围以外的坐标。",
    "Looking for villages and transformers in another area than they say.": "正在查找所写区域与位置不符的村和变压器。",
    "Looking at names that cannot be told apart.": "正在查找无法区分的地名。",
    "Looking for townships that are not listed.": "正在查找未列出的乡镇。",
    "Looking for crews without a shift.": "正在查找没有排班的班组。",
    "Writing it to the store.": "正在写入数据库。",
    "{count} of {other_count} accounts written.": "已写入 {other_count} 户中的 {count} 户。",
    "Looking at the calls.": "正在比对来电。",
    "Looking at the open outages.": "正在比对未结故障。",
    "Looking at the registers.": "正在比对台账。",
    "It can be loaded.": "可以载入。",
    "Nothing is wrong with it.": "没有问题。",
    "Nothing was loaded.": "未载入任何内容。",
    # Loads and what they would change
    "No layers are loaded yet; run: relight gis load DIR": "尚未载入图层；请运行：relight gis load DIR",
    "Somebody else loaded layers meanwhile; nothing was loaded. Look at the preview, then load again.": (
        "其间有他人载入了图层，本次未载入；请先看预览，再重新载入。"
    ),
    "Loaded version {version}: {count} areas, {crews} crews, {transformers} transformers, {accounts} accounts.": (
        "已载入版本 {version}：{count} 个区域、{crews} 个班组、{transformers} 台变压器、{accounts} 户。"
    ),
    "Running servers take it up by themselves. Calls keep the areas that they were given.": (
        "运行中的服务器会自行采用。来电保留原先的区域。"
    ),
    "{moment} version {version}, loaded by {author}: {held}.": "{moment} 版本 {version}，由 {author} 载入：{held}。",
    "not counted": "未统计",
    "{count} areas": "{count} 个区域",
    "{count} crews": "{count} 个班组",
    "{count} transformers": "{count} 台变压器",
    "{count} accounts": "{count} 户",
    "The last one is in force.": "最后一个为现行版本。",
    "No map is loaded yet: everything in version {version} would be new.": (
        "尚未载入地图：版本 {version} 的全部内容都是新的。"
    ),
    "In force is version {version}; this folder is version {other_version}.": (
        "现行版本为 {version}；此文件夹为版本 {other_version}。"
    ),
    "Areas: {added} added, {removed} removed, {reshaped} reshaped, {reclassed} of another class, {renamed} renamed.": (
        "区域：新增 {added} 个，撤销 {removed} 个，改形 {reshaped} 个，改类别 {reclassed} 个，改名 {renamed} 个。"
    ),
    "Area {area} would be added: {class}, {square_km} km².": "将新增区域 {area}：{class}，{square_km} 平方公里。",
    "Area {area} would be removed: {class}, {square_km} km².": "将撤销区域 {area}：{class}，{square_km} 平方公里。",
    "Area {area} would be reshaped: {m2} m² gained or lost.": "区域 {area} 将改形：增减 {m2} 平方米。",
    "Area {code} {area} would be {class} instead of {old_class}.": "区域 {code} {area} 将由{old_class}改为{class}。",
    "Area {code} would be called {area} instead of {old_area}.": "区域 {code} 将由 {old_area} 改名为 {area}。",
    "And {count} areas more in the same way.": "另有 {count} 个区域同样变化。",
    "{count} open and past calls would change class, {opened} of them open; {elsewhere} would lie in another area. "
    "{looked_at} calls with a place were looked at.": (
        "{count} 个在办和历史来电的类别会变，其中在办 {opened} 个；{elsewhere} 个会落入别的区域。"
        "共比对 {looked_at} 个已定位的来电。"
    ),
    "Calls from {old_class} to {class}: {count}.": "由{old_class}变为{class}的来电：{count} 个。",
    "{count} of {looked_at} open outages would get another target if their calls were placed anew: {earlier} an "
    "earlier one, {later} a later one.": (
        "若重新定位，{looked_at} 个未结故障中 {count} 个的到达时限会变：{earlier} 个提前，{later} 个推后。"
    ),
    "Loading changes none of them by itself: a call keeps the area it was given until it is placed again.": (
        "载入本身不改变其中任何一个：来电保留原先的区域，直到重新定位。"
    ),
    "Of the {register}, {added} are new, {changed} changed, {absent} not in this folder; these stay.": (
        "{register}：新增 {added}，变更 {changed}，此文件夹中没有的 {absent}，予以保留。"
    ),
}
