"""Words to invent people and streets from. No person and no street is meant."""

import numpy as np

_SURNAMES = "刘李王陈张曾谢罗彭邓肖周杨胡吴黄谭易唐戴康贺段邹袁游方伍欧颜梁阳孙朱廖龙苏姜聂童"
_FIRST = "建志国文春秋海立德新永正光明长玉秀桂小丽红美爱冬雪晓云金菊慧"
_SECOND = "军平华兵辉强勇林峰明亮生良贵元清洪斌鹏涛英兰梅芳娟霞燕香莲玲珍红艳群云华"
# 人民路 stands in every town of China; the others in one town or another.
AVENUES = ("湘中", "迎宾", "新城")
STREETS_EVERYWHERE = "人民 建设 解放 新民 育才 文化 和平 胜利 团结 民主 振兴 工农 环城 车站 朝阳 体育 永丰".split()
STREETS_OF_SOME = (
    "新星 清泉 桂花 石塘 月塘 高岭 文华 兴隆 向阳 资水 涟水 梅山 春园 乐群 金鹰 松竹 东风 富康 双塘 竹山 岩口 "
    "樟树 白云 芙蓉 长丰 大桥 仁和 沿江 滨河 学府 书香 望江 永兴 永安 太平 安康 福星 吉庆 光明 幸福 红旗 前进 "
    "跃进 五星 七星 北正 南正 西正 东正 大码头 老正 十字 城墙 钟鼓 文昌 状元 荷塘 莲池 柳溪 枫林 梧桐 银杏 丁香 玉兰 "
    "青年 劳动 工业 商贸 物流 科技 创业 创新 开元 万宝 金盆 龙腾 凤鸣 麒麟 狮子 虎形 鹅公 水门 井头 塘边 石桥 木梓"
).split()
DIGITS = "零一二三四五六七八九"


def person(r: np.random.Generator) -> str:
    given = _FIRST[r.integers(len(_FIRST))] + _SECOND[r.integers(len(_SECOND))]
    return _SURNAMES[min(int(r.exponential(9)), len(_SURNAMES) - 1)] + (given if r.random() < 0.8 else given[1])


def numeral(n: int) -> str:
    """Chinese numeral up to 99."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones else "")
