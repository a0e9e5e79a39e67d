"""Where minutes to drive come from, and roads taken over from OpenStreetMap."""

SENTENCES: dict[str, str] = {
    # Where an estimate comes from; several of these stand after one another
    "road graph": "按道路",
    "straight line × {factor}": "直线 × {factor}",
    "speeds learned": "车速据实测",
    "{km} km off the road": "离路 {km} 公里",
    "{service} did not answer": "{service} 未应答",
    "{service} knows no way": "{service} 无路可达",
    # Roads of OpenStreetMap
    "Reading roads of OpenStreetMap needs osmium, which is not installed; run: pip install 'relight[osm]'.": (
        "读取 OpenStreetMap 道路需要 osmium，但尚未安装；请运行：pip install 'relight[osm]'。"
    ),
    "There is no file {file}.": "没有文件 {file}。",
    "{file} is no .osm.pbf file that can be read, or it was cut off; download it again.": (
        "{file} 不是可读的 .osm.pbf 文件，或文件不完整；请重新下载。"
    ),
    "{file} holds no road that may be driven.": "{file} 中没有可通车的道路。",
    "{file} is there already; say --replace to write it anew.": "{file} 已存在；如需重写，请加 --replace。",
    "{ways} ways that may be driven: {nodes} nodes, {edges} edges, {km} km.": (
        "可通车道路 {ways} 条：节点 {nodes} 个，路段 {edges} 条，共 {km} 公里。"
    ),
    "{count} islands of roads, {km} km together, join nothing else and are left out.": (
        "有 {count} 处孤立道路与其他道路不相连，共 {km} 公里，已略去。"
    ),
    "Put these entries into manifest.toml, in place of those of the same name; then run: relight gis check DIR": (
        "请将下列条目写入 manifest.toml（替换同名条目），然后运行：relight gis check DIR"
    ),
}
