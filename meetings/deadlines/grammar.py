"""Patterns of the deadline forms over uniform text, and the marks they leave.

A pattern only says where a form stands and what its parts are; ``due_dates.py`` gives it a day.
Patterns run from the particular to the general, each over what the ones before left.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from .days import FIXED_FEASTS, MOVABLE_FEASTS

RANGE = "(?:[-~]{1,2}|至|到)"
# What may stand between the two ends of one range: 2024年1月 至 6月.
RANGE_ONLY = re.compile(rf"^\)?{RANGE}$")
OR_ONLY = re.compile(r"^,?(?:或者?|/)$")
CLAUSE_BREAK = r",;.。、()\n"


class Form(Enum):
    """What kind of mark a form leaves."""

    DATE = auto()
    MONTH_OF_ISSUE = auto()
    QUARTER_OF_ISSUE = auto()
    WEEK_OF_ISSUE = auto()
    DAY_ALONE = auto()
    BARE_YEAR = auto()
    SHORT_NUMBER = auto()
    MONTHS_OR_DAY = auto()
    SERIAL = auto()
    FIVE_YEAR_PLAN = auto()
    FEAST = auto()
    SEASON = auto()
    AFTER = auto()
    IMMEDIATE = auto()
    NEXT_MEETING = auto()
    RECURRING = auto()
    ONGOING = auto()
    DONE = auto()
    FROM_NOW = auto()
    NO_DAY = auto()


POINT_FORMS = frozenset(
    {
        Form.DATE,
        Form.MONTH_OF_ISSUE,
        Form.QUARTER_OF_ISSUE,
        Form.WEEK_OF_ISSUE,
        Form.DAY_ALONE,
        Form.BARE_YEAR,
        Form.SHORT_NUMBER,
        Form.MONTHS_OR_DAY,
        Form.SERIAL,
        Form.FIVE_YEAR_PLAN,
        Form.FEAST,
        Form.SEASON,
        Form.AFTER,
        Form.IMMEDIATE,
    }
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A form found at ``start:end`` of the uniform text, with its pattern's parts."""

    form: Form
    start: int
    end: int
    parts: dict[str, str | None]


_STOP = r"(?=前|之前|以前|$|[,;.)、 ])"
# An hour says nothing a calendar day does not: 12月31日17:00前, 2024-12-31 00:00:00.
_HOUR = (
    r"(?:[ T]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?"
    r"|(?:上午|下午|晚上?|中午)?\d{1,2}[时点](?:\d{1,2}分|整|半)?|上午|下午|下班)?"
)
_RELATION = (
    r"(?:(?P<about>左右|前后|上下)|(?P<before>(?:之|以)?前(?![期后三置]))|(?P<within>(?:之|以)?内|止|为止|截止|期间)"
    r"|(?P<after>(?:之|以)?后(?![续期勤]))|(?P<since>起(?!草|来)|伊始))?"
)
_YEAR = (
    r"(?P<any_year>(?P<bad_year>(?<!\d)(?:\d{3}|\d{5,9})年)|(?P<year>(?<!\d)\d{4})(?:年度?|(?=[上下]半年|[QH]\d|第?\d季|底|末|前\d个?季))"
    r"|(?P<short_year>(?<![\d.A-Z])\d{2})年度?"
    r"|(?P<said_year>今年度?|本年度?|当年度?|同年|明年|次年|翌年|来年|后年|去年))?"
)
_QUARTER = (
    rf"(?P<quarters_before>(?:(?<!\d)第?\d(?:季度?)?[、和及])*)(?:(?<!\d)第?\d(?:季度?)?{RANGE}(?=第?\d季))?"
    r"第?(?P<quarter>(?<!\d)\d)季度?(?:底|末)?"
    r"|Q(?P<q_quarter>\d)(?!\d)(?:底|末)?|前(?P<first_quarters>[1-4])个?季度?(?:底|末)?"
)
_HALF = r"(?P<half>[上下])半年度?(?:底|末)?|H(?P<h_half>[12])"
_DAY = (
    rf"(?:\d{{1,2}}[日号]?{RANGE}(?=\d{{1,2}}[日号]))?(?P<day>(?<!\d)\d{{1,2}})(?:[日号]|{_STOP})"
    rf"|(?:[上中]旬?[至到~、和-]{{0,2}})?(?P<third>[上中下])旬(?:底|末)?|(?P<month_part>底|末|初)|(?P<month_middle>中)(?:{_STOP}|(?=完成))"
)
_MONTH = (
    rf"(?P<months_before>(?:(?<![\d.])\d{{1,2}}[、和及,])*)(?:(?P<from_month>(?<!\d)\d{{1,2}})(?:月份?)?{RANGE}(?=\d{{1,2}}月))?"
    rf"(?P<month>(?<!\d)\d{{1,2}})月份?(?:{_DAY})?"
)
_YEAR_PART = (
    r"(?(any_year)年?|(?<![\d个半〇零一二三四五六七八九十两壹贰叁肆伍陆柒捌玖拾])年度?)"
    rf"(?:(?P<year_part>底|末|终|初(?!期)|内(?!容|部|外))|(?P<year_middle>中(?:{_STOP}|(?=完成))|[初前中后]期))|(?P<whole_year>全年)"
)
_DATE = (
    rf"(?P<approximately>暂定|初定|拟定|预计|大约|约)?(?P<sooner>力争(?:在|于)?|争取(?:在|于)?|其中[:,]?)?(?:(?<!\d)\d{{4}}年?{RANGE}(?=\d{{4}}年))?"
    rf"{_YEAR}(?:(?<=年)的)?(?:{_QUARTER}|{_HALF}|{_MONTH}|{_YEAR_PART})?{_HOUR}{_RELATION}"
)
_AMOUNT = (
    r"(?:(?!\d{2,3}年)(?P<amount>(?<![\d月年.])\d{1,3}|半)"
    r"(?:个?(?P<unit>工作日|小时|日|天|周|星期)|个(?P<long_unit>月|季度|年)|(?P<bare_unit>年)))"
)
_HALF_MONTH = r"(?P<half_unit>半个?月)"
_UNIT_OF_RHYTHM = r"(?P<unit>个?工作日|日|天|周|个?星期|旬|个?月|个?季度?|个?年度?|个?学期|个?学年)"
_RHYTHM_TAIL = (
    r"(?:第?\d{1,2}(?:个?(?:季度?|月份?|日|号|周|旬|工作日))|[上中下]旬|[上下]半年|(?:[首末]|最后)(?:1?个|1)?(?:月|周|工作日|日|天)"
    r"|[年季月]?[底末初]|年?中(?!期|心)|[次下当]月|次年|份|结束|终了|期满|的(?=第?\d|[首末]|最后)"
    r"|[、和及至到~-](?=次年|第?\d|[上中下底末])|之?前|以前"
    r"|之?后(?=\d)|以?内|至少|不少于|各)*"
)
_MEASURE = r"(?:(?:开展|组织|召开|报告|报送|评估|调度|通报)?(?:至少|不少于)?(?P<times>\d{1,2})次)?"
_EVERY_YEAR = r"(?:\d{4}年|全年|今年|本年度?)?内?"
_FEAST = "|".join(sorted((*MOVABLE_FEASTS, *FIXED_FEASTS), key=len, reverse=True)).replace("五一", "五一(?!劳动)")
_SEASON = (
    "供暖季|供暖期|采暖季|采暖期|供热期|汛期|汛前|雨季|旱季|封冻|入冬|入汛|高考|中考|开学|学期|学年|寒假|暑假|暑期|"
    "春季|夏季|秋季|冬季|今冬明春|冬春|春耕|春运|秋收|三夏|三秋|两会|正月|腊月|农历年|阴历|(?<![\\d今明本前去当每半])年[前关]"
)

_FORMS: tuple[tuple[Form, str], ...] = (
    (
        Form.FIVE_YEAR_PLAN,
        r"[“\"‘']?十(?P<plan>[二三四五六])五[”\"’']?(?:规划)?(?:时期|期间|期内|期末|末期?|收官)(?:之?前|内|末|底)?",
    ),
    # Before the days that count from another: 每季度结束后5日内.
    (Form.RECURRING, rf"每(?P<unit>年|学期|学年)(?:{_FEAST}|{_SEASON})[^{CLAUSE_BREAK}\d]{{0,6}}"),
    (
        Form.RECURRING,
        rf"{_EVERY_YEAR}每(?P<every_other>隔)?(?P<amount>\d{{1,2}}|半)?{_UNIT_OF_RHYTHM}{_RHYTHM_TAIL}{_MEASURE}",
    ),
    # A day that counts from another: 会后一周内, 印发之日起30日内, 收到通知后10个工作日内.
    (
        Form.AFTER,
        rf"(?P<anchor>[^{CLAUSE_BREAK}]{{0,24}}?(?:之后|以后|后|日起))?(?:的)?(?:{_AMOUNT}|{_HALF_MONTH})(?:时间)?(?:之|以)?内",
    ),
    (
        Form.AFTER,
        rf"(?P<anchor>会议?(?:结束|召开)?后|[^{CLAUSE_BREAK}\d]{{0,16}}(?:印发|下发|发布|发文|开工|批复|签订)后)(?:的)?(?:{_AMOUNT}|{_HALF_MONTH})",
    ),
    (Form.AFTER, rf"^(?P<anchor>)(?:{_AMOUNT}|{_HALF_MONTH})$"),
    # 第一次执委会, 2024年工作会议: an event, though a year stands in it; the body's own next meeting apart.
    (
        Form.NEXT_MEETING,
        r"(?:提交|提请|报|在|于)?下(?:1|一)?次[^,;\d]{0,12}?(?:会议|全会|例会|会(?=前|之前|以前|上|召开|审议|$))(?:召开|上|时|之?前|以前|审议|研究|报告|通过|期间)*",
    ),
    (
        Form.RECURRING,
        r"(?P<amount>\d{1,2}|半)?(?P<unit>个?月|季度?|年|周|日|天)"
        r"(?:(?P<times>\d{1,2})次|[1一](?:报|评|通报|调度|研判|总结|小结|督查|考核))",
    ),
    (
        Form.RECURRING,
        rf"{_EVERY_YEAR}每?(?P<every_other>[双隔]|单(?=[月周]))(?P<unit>周|月|日|天|季度?|年)(?!数|休|向|边){_RHYTHM_TAIL}{_MEASURE}",
    ),
    (
        Form.RECURRING,
        rf"{_EVERY_YEAR}(?:按|逐)(?P<amount>半)?(?P<unit>日|周|旬|月|季度?|年)(?:度)?(?!度?计划|节|内|份|底|末|初)",
    ),
    (Form.RECURRING, r"^(?P<amount>半)?(?P<unit>月|季|年)度$"),
    # 月报, 周调度、月通报.
    (
        Form.RECURRING,
        r"(?:^|(?<=[,;、]))(?P<amount>半)?(?P<unit>[日周旬月季年])度?(?:报告?|报送|调度|通报|小结|例会|研判)(?=$|[,;、])",
    ),
    (
        Form.SEASON,
        rf"(?:\d{{4}}年(?:度)?(?:{RANGE}\d{{4}}年?)?|\d{{4}}{RANGE}\d{{4}}年?|今年|明年|本|下)?(?:\d{{1,2}}月份?)?(?:{_SEASON})[^{CLAUSE_BREAK}\d]{{0,6}}",
    ),
    (
        Form.FEAST,
        rf"(?:(?P<year>\d{{4}})年|(?P<said_year>今年|明年|本年度?|当年|次年|来年))?(?:农历)?[“\"‘']?(?P<feast>{_FEAST})[”\"’']?(?:(?:国庆|劳动)?节)?(?:小?长?假期?|黄金周|放假)?"
        r"(?:(?P<about>左右|前后|前夕|期间)|(?P<before>(?:之|以)?前(?![期后三]))|(?P<after>(?:之|以)?后(?![续期])))?",
    ),
    (
        Form.DONE,
        r"已(?:经|全部|全面|基本|按期|按时|提前|如期)*(?:整改|建设|工作|任务)?"
        r"(?:完成|办结|落实|整改|销号|结束|竣工|建成|到位|实施|出台|印发)(?:整改|到位)?"
        r"|(?:完成|办结|整改完毕)?\(已?(?:完成|办结)\)|已经?[于在](?=[^,;]{1,20}(?:完成|办结|落实|销号|建成|出台|印发))",
    ),
    (
        Form.FROM_NOW,
        r"(?:从|自)?(?:即日|即刻|现在|发布之日|发文之日|(?:本(?:通知|方案))?印发之日)(?:起|开始)(?:至|到)?",
    ),
    # 2024.6-12 is June to December or the twelfth of June; 6-8 the eighth of June or June to August.
    (
        Form.MONTHS_OR_DAY,
        r"(?P<year>(?<!\d)\d{4})年(?P<month>\d{1,2})月[-~](?P<other>\d{1,2})(?![\d月年日号.])(?:之?前|以前|底)?",
    ),
    (
        Form.MONTHS_OR_DAY,
        r"(?<![\d.年月日号-])(?P<month>0?[1-9]|1[0-2])-(?P<other>\d{1,2})(?=$|[,;)]|之?前|以前)(?:之?前|以前)?",
    ),
    (
        Form.SHORT_NUMBER,
        r"(?<![\d.年月-])(?P<short_year>1[3-9]|[2-9]\d)(?:[./]|-(?!\d{1,2}月))(?P<month>\d{1,2})(?:[./-](?P<day>\d{1,2}))?"
        r"(?=$|[,;)月]|之?前|以前|底|至|到|-)月?底?(?:之?前|以前)?",
    ),
    (Form.SERIAL, r"^(?P<serial>[2-7]\d{4})(?:\.0+)?$"),
    (
        Form.MONTH_OF_ISSUE,
        r"(?P<which>本|当|这个?|次|下个?)月份?"
        rf"(?:(?P<day>\d{{1,2}})[日号]|(?P<third>[上中下])旬|(?P<month_part>底|末|初))?{_HOUR}{_RELATION}",
    ),
    (Form.MONTH_OF_ISSUE, rf"(?P<which>)(?<![\d个每半按年腊正单])月(?P<month_part>底|末|初){_RELATION}"),
    (
        Form.QUARTER_OF_ISSUE,
        rf"(?P<which>本|当|这个?|下个?)季度?(?:底|末)?{_RELATION}|(?<![\d每按个])季度?(?:底|末)(?:之?前)?",
    ),
    (
        Form.WEEK_OF_ISSUE,
        rf"(?P<which>本|这|下个?)?(?<!每)(?:周|星期)(?P<weekday>[一二三四五六日天]){_HOUR}{_RELATION}",
    ),
    (Form.WEEK_OF_ISSUE, rf"(?P<which>本|这|下个?)(?:周|星期)(?:末|底)?{_RELATION}"),
    (Form.DATE, _DATE),
    (
        Form.DAY_ALONE,
        rf"(?:(?<!\d)\d{{1,2}}[日号]?{RANGE}(?=\d{{1,2}}[日号]))?"
        rf"(?P<day>(?<![\d个])\d{{1,2}})[日号]{_HOUR}{_RELATION}",
    ),
    (
        Form.BARE_YEAR,
        rf"(?P<year>(?<![\d.-])\d{{4}}(?!\d)){_STOP}(?P<before>(?:之|以)?前)?|^\d{{4}}{RANGE}(?P<end_year>\d{{4}})$",
    ),
    (
        Form.IMMEDIATE,
        rf"(?P<anchor>[^{CLAUSE_BREAK}]{{1,20}}(?:后|(?=当[日天])))?(?:立即|立刻|马上|即知即改|立行立改|即行即改|立知立改|立说立行|即查即改|立查立改|立整立改|即改|即时|即刻|即日|当场|当日|当天|即办)"
        r"(?:整改|完成|落实|办理|执行|到位)*",
    ),
    (
        Form.ONGOING,
        r"持续[^,;.。\n()]{0,14}|(?<!中)长期[^,;.。\n()]{0,8}|(?:纳入|形成|抓好)?(?:日常|经常)(?:性|化)?[^,;.。\n()]{0,8}|常态(?:化|长效)?[^,;.。\n()]{0,8}|长效(?:推进|坚持|管控|落实|管理)|动态(?:管理|更新|调整|推进)|正在[^,;.\n()]{1,6}"
        r"|不间断|常抓不懈|一以贯之|始终坚持|坚持不懈|贯穿(?:始终|全过程|工作全程)|全过程|全程|全周期|常年|永久|滚动(?:推进|实施|开展)|定期[^,;\n()]{0,8}"
        r"|(?:稳步|有序|逐步|扎实|深入|统筹|梯次|压茬|分步|分批|分年度|接续|不断)(?:推进|推动|实施|开展|完善|深化|落实)|不断[^,;\n()]{0,6}"
        r"|(?:按照?|根据)[^,;.。\n()]{0,12}(?:节点|进度|计划|安排|要求|步骤|部署|时限|时间)[^,;.。\n()]{0,4}(?:推进|推动|实施|开展)|推进中|进行中",
    ),
    (
        Form.NO_DAY,
        r"待定|待确定|待研究|待明确|未定|另行[^,;]{1,4}|视情况?[^,;]{0,6}|视[^,;]{1,8}(?:情况|进展|进度)[^,;]{0,4}|适时|适当时候|择机|择期|择时|尽快|尽早|早日|抓紧|近期|^(?:中长?期|短期|远期)$|及时|随时|条件成熟[^,;]{0,4}"
        r"|根据[^,;]{0,12}(?:情况|要求|安排|部署|进度)[^,;]{0,4}|按(?:照)?[^,;]{0,12}(?:要求|规定|时限|安排|部署|计划|节点|进度)[^,;]{0,6}",
    ),
)
# No form reaches over another's text: 按2025年计划 has a year in it.
_COMPILED = tuple((form, re.compile(pattern.replace("[^", "[^\\0"))) for form, pattern in _FORMS)

NOTHING_PRINTED = re.compile(r"^[-/\\_.,;、~*()无□]*$|^(?:不涉及|空白|暂无|NA|N/A|NONE|NULL)$")
START_WORD = re.compile(r"启动|开工|动工|开始|着手|起步|开建|奠基|进场")
FINISH_WORD = re.compile(
    r"完成|办结|完工|竣工|建成|到位|结束|交付|出台|印发|落实|见效|投入使用|投用|验收|销号|完毕|结项|通车|投产"
    r"|收官|定稿|上线|报送|提交"
)
STAGE_WORD = re.compile(r"阶段性?|初见成效|初步成效|明显成效|积极进展|明显进展|实质性?进展|突破性?进展")
# 建立常态化机制 is what is to be done, not how long.
NAMES_A_THING = re.compile(r"机制|制度|体系|能力|台账|清单")
BUILDS_A_THING = re.compile(r"(?:建立|形成|健全|完善|实现|制定)[^,;]{0,6}$")
# Said beside a date, it takes back what the date promises.
LEAVES_OPEN = re.compile(r"^(?:适时|适当时候|择机|择期|择时|视|条件成熟|根据|待定|待确定|待明确|另行)")
TENTATIVE = re.compile(r"\(?(?:暂定|待定|初定|待确定|左右)")
# What is left over and looks like another date makes the reading doubtful; 8-10次 and 40篇 do not.
LOOKS_LIKE_DATE = re.compile(
    r"\d+个?(?:年|月|日|号|天|周|旬|季|小时|工作日)|(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d{1,2}[./]\d{1,2}(?!\d|[^\W\d_]|%)|\d{5,}"
    r"|[⒈-⒛½⅓壹贰叁肆伍陆柒捌玖拾]|(?<=\0)[,、 ]\d{1,2}$"
    r"|下\0|(?<=\0)[首末]周|(?<![A-Z])[OILSZBGQD|!]\0"
    r"|(?<=\0)(?=[A-Z|!]*\d)[\dA-Z|!]*[A-Z|!][\dA-Z|!]*(?=$|[前底月日号,;.)])"
    # A figure too many, a unit misread or left out: 2026.111.30, 2026年10下旬, 2026年第季度, 2026年上丰年, 6月中句.
    r"|(?<=\0)(?:[ .]?\d{1,4}(?=$|[^\dA-Z一-龥%])|\d{1,3}.?(?:[上中下]旬|[底月])|[〇口])|(?<!\d)\d{1,3} (?=\0)"
    r"|(?<=\0)(?:第(?![\d一二三四五六七八九十]*[批次阶期轮方])|[上下](?:.?.?[年牛午]|半)|半年|[上中下月]{0,2}[旬句])"
)
# A date that only says which event is meant: 2024年工作会议前, 2024年两会期间.
EVENT_AFTER_DATE = re.compile(
    r"^[^,;.。、()完成底0-9]{1,16}?(?<![提之以目当])(?:召开|开幕|举办)?"
    r"(?:之前|以前|前|之后|以后|后|期间|之际)(?=$|[,;.。、()]|完成)"
)
EVENT = re.compile(r"[^,;.。]{1,20}(?<![提目])(?:前|后|期间|之际|时)(?:完成|办结|落实|开展|启动)?$|之日|起")


_PERIOD_PARTS = (
    "any_year",
    "quarter",
    "q_quarter",
    "first_quarters",
    "half",
    "h_half",
    "month",
    "year_part",
    "year_middle",
    "whole_year",
)


def find_marks(chars: str) -> list[Mark]:
    """Return all forms in the uniform text, in printed order, none overlapping."""
    marks: list[Mark] = []
    rest = chars
    for form, pattern in _COMPILED:
        for match in pattern.finditer(rest):
            parts = match.groupdict()
            if match.end() == match.start() or (form is Form.DATE and not _names_a_period(parts)):
                continue
            marks.append(Mark(form, match.start(), match.end(), parts))
        # Taken text becomes blocks of a character no pattern knows, so that places stay what they were.
        for mark in marks:
            rest = rest[: mark.start] + "\0" * (mark.end - mark.start) + rest[mark.end :]
    return sorted(marks, key=lambda mark: mark.start)


def _names_a_period(parts: dict[str, str | None]) -> bool:
    return any(parts[name] for name in _PERIOD_PARTS)


def left_over(chars: str, marks: list[Mark]) -> str:
    """Return the uniform text outside all marks."""
    pieces = []
    done = 0
    for mark in marks:
        pieces.append(chars[done : mark.start])
        done = mark.end
    return "\0".join((*pieces, chars[done:]))
