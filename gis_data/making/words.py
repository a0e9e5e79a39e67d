"""Words to invent people and streets from. No person and no street is meant."""

import numpy as np

_SURNAMES = "刘李王陈张曾谢罗彭邓肖周杨胡吴黄谭易唐戴康贺段邹袁游方伍欧颜梁阳孙朱廖龙苏姜聂童"
_FIRST = "建志国文春秋海立德新永正光明长玉秀桂小丽红美爱冬雪晓云金菊慧"
_SECOND = "军平华兵辉强勇林峰明亮生良贵元清洪斌鹏涛英兰梅芳娟霞燕香莲玲珍红艳群云华"
_STREETS = (
    "新星 清泉 桂花 石塘 月塘 高岭 文华 育才 兴隆 向阳 资水 涟水 梅山 湘中 民主 团结 "
    "春园 乐群 金鹰 松竹 东风 振兴 富康 双塘 竹山 岩口 樟树 白云 芙蓉 长丰 大桥 仁和"
).split()
STREET_KINDS = ("路", "街", "巷")
DIGITS = "零一二三四五六七八九"


def person(r: np.random.Generator) -> str:
    given = _FIRST[r.integers(len(_FIRST))] + _SECOND[r.integers(len(_SECOND))]
    return _SURNAMES[min(int(r.exponential(9)), len(_SURNAMES) - 1)] + (given if r.random() < 0.8 else given[1])


def streets(r: np.random.Generator, n: int) -> list[str]:
    return [_STREETS[i] + STREET_KINDS[j % 3] for j, i in enumerate(r.choice(len(_STREETS), n, replace=False))]


def numeral(n: int) -> str:
    """Chinese numeral up to 99."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones else "")
