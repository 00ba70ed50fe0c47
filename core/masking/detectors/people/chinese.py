"""Chinese names that no table tells: a surname with one or two characters, where words say that a name stands."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.masking.folding import Folded
from fewsight.masking.keys import name_key_of_plain
from fewsight.masking.names import COMMON_WORDS_ZH, COMPOUND_SURNAMES, TITLES_ZH
from fewsight.masking.spans import Span

_SURNAMES: Final = (
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟颜倪严牛温芦季俞章鲁葛伍申尤毕聂焦柳邢岳齐"
    "梅莫庄辛管祝左涂谷祁舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈"
    "鲍覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘"
    "張劉陳楊黃趙吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鍾薑範鄒陸"
)
_H: Final = r"[\u4e00-\u9fff]"
_FULL: Final = rf"(?:(?:{'|'.join(sorted(COMPOUND_SURNAMES))}){_H}{{1,2}}|[{_SURNAMES}](?:·?{_H}){{1,2}})"
_END: Final = r"(?=$|[\s,.;:!?，。；：！？、()（）\-]|先生|女士|小姐|太太|您好|你好|敬上|的(?!$))"
_TITLE: Final = f"(?:{'|'.join((*TITLES_ZH[:6], '经理', '师傅', '先森'))})"
_CUES: Final = re.compile(
    rf"我叫(?P<familiar>[小阿]{_H}{{1,2}}){_END}|我姓(?P<surname>[{_SURNAMES}])(?!{_H}*名)"
    rf"|(?:我叫|我的名字[是叫]|我名字[是叫]|名字[是叫:：]|本人|我是|这里是|这边是|[姓署]名[是:： ]*"
    rf"|[收寄][件货]人[是:： ]*|联系人[是:： ]*|顾客[:：]|客户[:：]"
    rf"|尊敬的|亲爱的|敬礼[!！]?\s+|祝好[,，!！]?\s+) ?(?P<after>{_FULL}){_END}"
    rf"|(?:客服|快递员|店员|老公|老婆|丈夫|妻子|儿子|女儿|同事|朋友|邻居)(?P<related>{_FULL})"
    rf"(?:{_END}|(?=[说帮打给叫在来把让要付买收]))"
    rf"|(?P<titled>(?:{'|'.join(sorted(COMPOUND_SURNAMES))}|[{_SURNAMES}]){_H}{{0,2}}?){_TITLE}"
    rf"|(?:^|(?<=\n)) ?(?P<greeted>{_FULL})(?=[您你]好)"
    rf"|(?P<signed>{_FULL}) ?(?:敬上|谨上|启$)"
    rf"|(?<=\n) ?(?P<last>{_FULL})\s*$"
)
_CUE_WORDS: Final = re.compile(
    r"我[叫姓]|名[字是叫:： ]|本人|我是|这[里边]是|[姓署]名|[收寄][件货]人|联系人|顾客|客户|客服|快递员|店员|老[公婆]"
    r"|丈夫|妻子|儿子|女儿|同事|朋友|邻居|尊敬|亲爱|敬|祝好|先生|女士|小姐|太太|老师|经理|师傅|总|[您你]好|\n"
).search


def chinese_names(text: Folded) -> Iterator[Span]:
    """Names after an introduction, before a title, in greetings and signatures."""
    if not _CUE_WORDS(text.low):
        return
    for match in _CUES.finditer(text.low):
        group = match.lastgroup
        assert group is not None  # every alternative has one
        name = match[group]
        if name in COMMON_WORDS_ZH or name.startswith(("于是", "方便", "高兴", "常客", "成年", "包裹", "单子", "解决")):
            continue
        yield Span(match.start(group), match.end(group), "NAME", name_key_of_plain(name))
