"""Reading of the metadata around the table: title, body, number, days, people.

Two kinds of minutes are read: prose (2023年9月27日，…会议在北京召开。会议由…主持) and forms (时间：… 地点：…).
What is not there stays None.
"""

import datetime
import re
from collections.abc import Iterator, Sequence

from meetings.core.issue_codes import ProblemCode
from meetings.core.text import remove_whitespace, tidy_text
from meetings.minutes.parser.issues import ParserIssue

from .attendees import CHAIR_AS_SUBJECT, is_group_of_people, parse_attendees, parse_people
from .cells import parse_leaders
from .dates import PRINTED_DAY, PRINTED_DAY_OF_YEAR, date_from_match, find_first_date
from .person_names import is_name, parse_person
from .schema import ParsedMeeting, ParsedPerson

_DAY = PRINTED_DAY.pattern.replace("?P<year>", "").replace("?P<month>", "").replace("?P<day>", "")
_HAPPENS = r"(?:召开|举行|举办)"
_DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{1,20}(?:[（(][\u4e00-\u9fff]{1,6}[)）])?[\u4e00-\u9fff]{0,8}\s*"
    r"[〔［\[【（(]\s*(?:19|20)\d{2}\s*[〕］\]】）)]\s*第?\s*\d{1,4}\s*[号期]"
)
_ISSUE_NUMBER = re.compile(
    r"^[（(〔\[]?\s*((?:(?:19|20)\d{2}年)?第\s*\d{1,4}\s*[期号])\s*[）)〕\]]?$|"
    r"^[〔\[]\s*(?:19|20)\d{2}\s*[〕\]]\s*(?:第\s*)?\d{1,4}\s*[号期]?$"
)
_MINUTES = re.compile(r"(?:会议)?纪要(?:[（(].*[)）])?$")
_BREAKDOWN = re.compile(
    r"(?:任务|分解|分工|清单|台账|措施|责任|要点|落实|问题|督办|整改|事项).{0,12}(?:表|单|台账|方案|汇总|安排)(?:[（(][^）)]{1,12}[)）])?$"
)
#: The first line of a title that takes two: 落实…会议委员建议 / 任务分解表.
_GOES_ON = re.compile(
    r"^(?:关于|落实|贯彻|《)(?!.*(?:纪要|通知|表)$)|(?:建议|意见|精神|要求|重点工作|报告|决定|部署|会议)$"
)
#: A number that goes on is a year: 附件：2025年重点任务分解表.
_ATTACHMENT = re.compile(
    r"^附\s*件\s*(?:\d{1,2}(?!\d|\s*[年月项条个大])|[一二三四五六七八九十](?=[:：\s]))?\s*[:：]?\s*"
    r"(?:\d{1,2}(?:[.．、](?!\d{1,2}年)|\s+))?"
)

_LABELS = {
    "title": r"会议名称|会议主题|名称",
    "held_on": r"会议时间|会议日期|召开时间|开会时间|时间|日期",
    "place": r"会议地点|召开地点|开会地点|地点",
    "chair": r"会议主持人?|主持人?|主持会议|召集人",
    "host": r"承办单位|主办单位|会议承办|承办",
    "issued_on": r"印发日期|印发时间|发文日期|发布日期|签发日期|成文日期|发文时间|(?:制表|填表|填报|编制)(?:日期|时间)",
    "document_number": r"发文字号|文号|会议编号",
    "overall_lead": r"总负责人?|总体负责人?|总牵头人?|总协调人?|总召集人",
    "leads": r"(?:具体)?分工负责人?|具体负责人?|分项负责人?",
    "people": r"(?:出席|参加|参会|列席|与会|到会)(?:会议)?(?:人员|单位|领导|嘉宾|委员|代表|同志)?",
    "other": r"缺席(?:人员)?|请假(?:人员)?|记录人?|会议记录|整理|审核|签发人?|会议议题|议题|会议内容|会议议程|"
    r"主送|抄送|抄报|报送|发|分送|联系人|联系电话|填报单位",
}


def _allow_blanks(pattern: str) -> str:
    """Allow blanks in a label, which may be set wide: 时　间, 主 持 人."""
    return re.sub(r"([\u4e00-\u9fff])(\??)", r"(?:\1[ \\t\\u3000\\u00a0]*)\2", pattern)


_LABEL = re.compile(
    r"(?:^|(?<=[\s　；;。，,]))(?:[一二三四五六七八九十]{1,2}、|\d{1,2}[.、．])?[ \t\u3000]*(?:"
    + "|".join(f"(?P<{name}>{_allow_blanks(pattern)})" for name, pattern in _LABELS.items())
    + r")[ \t\u3000]*[:：]"
)


_NUMBER_OF_MEETING = re.compile(r"第[\d一二三四五六七八九十百零〇]{1,4}次|届[\d一二三四五六七八九十]{1,3}次")
#: A meeting without a number, named by its table: XX市人民医院院长办公会督办事项清单, 八届五次全委会委员建议办理….
_MEETING_IN_BREAKDOWN = re.compile(
    r"^(?:关于|落实|贯彻|印发)*(.{2,30}?(?:届[\d一二三四五六七八九十]{1,3}次(?:全体|全委|常委|理事|代表)?(?:会议|大会|全会|会)|"
    r"(?:办公|常务|党组|专题|调度|推进|座谈|咨询|职代|例|周)会(?:会?议)?|代表大会))"
    r"(?=议定|决定|决议|督办|重点|任务|意见|建议|委员|代表|交办|明确|部署|精神|有关|工作|提案)"
)
_HAN = r"[\d一二三四五六七八九十百零〇]{1,4}"
_HAPPENS_AT = re.compile(
    r"在([^，。；、在]{2,30}?)(?:以[^，。；]{2,16}(?:形式|方式))?(?:成功|顺利|隆重|胜利|组织|正式|主持)?" + _HAPPENS
)


def parse_labels(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the names of labels with their values; unlabelled lines continue lists."""
    open_name, open_value = "", ""
    for line in lines:
        matches = list(_LABEL.finditer(line))
        goes_on = open_name == "people" and not matches and not re.search(r"[。：:]|会议|附件", line)
        are_names = all(map(is_name, re.split(r"[、，,\s]+", line.strip())))
        is_group = open_name == "people" and not matches and is_group_of_people(line)
        is_list = are_names or open_value.rstrip()[-1:] in ("、", "，", ",", "")
        if goes_on and is_list and line.strip():
            open_value += f" {line.strip()}"
            continue
        if is_group:
            open_value += f"；{line.strip()}"
            continue
        if open_name:
            yield open_name, open_value.strip()
            open_name = ""
        for at, match in enumerate(matches):
            end = matches[at + 1].start() if at + 1 < len(matches) else len(line)
            value = line[match.end() : end].strip(" \t\u3000；;，,")
            if at + 1 == len(matches) and match.lastgroup == "people":
                open_name, open_value = "people", line[match.end() : end].strip()
            else:
                yield match.lastgroup or "", value
    if open_name:
        yield open_name, open_value.strip()


def parse_meeting(lines_before: Sequence[str], lines_around: Sequence[str]) -> tuple[ParsedMeeting, list[ParserIssue]]:
    """Return the meeting, from the lines before the first table and around all."""
    labels: dict[str, str] = {}
    lists_of_people = []
    for name, value in parse_labels(lines_around):
        if name == "people":
            lists_of_people.append(value)
        elif value:
            labels.setdefault(name, value)
    prose = [tidy_text(line).replace("\n", "") for line in lines_around]
    issues: list[ParserIssue] = []
    breakdown_title = _breakdown_title(lines_before)
    issued_on = _issued_on(labels, prose)
    held_on = _held_on(labels, prose, issued_on, issues)
    if issued_on is not None and issued_on == held_on and not _has_issue_day(labels, prose):
        issued_on = None
    title = _title(labels, prose, breakdown_title)
    chair = _chair(labels, prose)
    meeting = ParsedMeeting(
        title=title,
        breakdown_title=breakdown_title,
        body=_body(title),
        document_number=_document_number(labels, prose),
        held_on=held_on,
        issued_on=issued_on,
        place=_place(labels, prose),
        host=_host(labels, prose),
        chair=chair.name if chair else None,
        overall_lead=next(iter(parse_leaders(labels.get("overall_lead", ""))), None),
        leads=parse_leaders(labels.get("leads", "")),
        attendees=parse_attendees(lists_of_people, prose, chair),
    )
    if meeting.title is None:
        issues.append(ParserIssue(None, "title", "", ProblemCode.NO_TITLE))
    if issued_on is None:
        issues.append(ParserIssue(None, "issued_on", "", ProblemCode.NO_ISSUE_DAY))
    return meeting, issues


# --- titles ---------------------------------------------------------------------------------------


def _is_title_line(line: str) -> bool:
    return (
        1 < len(line) <= 45
        and not re.search(r"[。；;：:，,]|号$|印发$|文件$", line)
        and not PRINTED_DAY.search(line)
        and not _ATTACHMENT.fullmatch(line)
        and not _ISSUE_NUMBER.match(line)
    )


def _breakdown_title(before: Sequence[str]) -> str | None:
    """Return the line above the table that names it, else what the text announces."""
    lines = [tidy_text(line).replace("\n", "") for line in before]
    lines = [line for line in lines if line]
    for at in range(len(lines) - 1, max(-1, len(lines) - 9), -1):
        line = _ATTACHMENT.sub("", lines[at]).strip()
        if len(line) > 60 or re.search(r"[。；;]", line) or not _BREAKDOWN.search(line):
            continue
        above = lines[at - 1] if at else ""
        if len(line) <= 14 and _is_title_line(above) and _GOES_ON.search(above):
            return above + line
        return line
    for line in lines:
        announced = re.match(r"^附\s*件\s*\d?\s*[:：]\s*(?:\d[.．、])?\s*(.{4,60})$", line)
        if announced and _BREAKDOWN.search(announced[1]):
            return announced[1]
    return None


def _title(labels: dict[str, str], prose: Sequence[str], breakdown_title: str | None) -> str | None:
    text = remove_whitespace("".join(prose))
    if re.search(r"(?:会议?|纪要)$", labels.get("title", "")) and 3 < len(labels["title"]) <= 60:
        return _MINUTES.sub("会议", tidy_text(labels["title"]))
    headlines = _find_headlines(prose, text)
    if headlines:  # the masthead (XX县人民政府 / 常务会议纪要) says less than the title with the meeting's number
        return next((title for title in headlines if _NUMBER_OF_MEETING.search(title)), headlines[0])
    if "title" in labels and 3 < len(labels["title"]) <= 60:
        return _MINUTES.sub("会议", tidy_text(labels["title"]))
    issued = re.search(r"关于印发[《〈]?([^。；》〉]{4,60}?会议?)纪要[》〉]?的通知", text)
    if issued:
        return issued[1] if issued[1].endswith("会议") or issued[1].endswith("会") else issued[1] + "会议"
    held = re.search(
        rf"(?:^|[。，]){_DAY}(?:上午|下午|晚上?)?，?([^，。；]{{4,50}}?会议?)在[^，。；]{{2,30}}?{_HAPPENS}", text
    )
    if held:
        return held[4]
    patterns = (
        r"^(?:贯彻)?落实(.{4,40}?会议?)(?:委员|代表|专家|与会|精神|提出|工作|意见|建议|重点|主要|任务|部署|有关)",
        rf"^(?:关于)?(.{{2,40}}?第{_HAN}次.{{0,12}}?(?:会议|会(?!议)))(?!议?案)",
        _MEETING_IN_BREAKDOWN,
    )
    named = (re.match(pattern, breakdown_title or "") for pattern in patterns)
    return next((match[1] for match in named if match), None)


def _find_headlines(prose: Sequence[str], text: str) -> list[str]:
    """Return the titles of lines that end in 纪要, with the line above if needed."""
    titles = []
    for at, line in enumerate(prose):
        bare = re.sub(r"^[《“]|[》”]$", "", line)
        if not _MINUTES.search(bare) or len(bare) > 60 or re.search(r"[。；;：:]", bare):
            continue
        title = _MINUTES.sub("会议" if bare.endswith("会议纪要") else "", bare)
        title = re.sub(r"^关于印发", "", title)
        above = prose[at - 1] if at else ""
        whole = above + title
        if _is_title_line(above) and (_is_held(whole, text) or _lacks_body(title, above)):
            titles.append(whole)
        elif title not in ("", "会议", "工作会议", "专题会议"):
            titles.append(title)
    return titles


def _is_held(title: str, text: str) -> bool:
    """Return whether this meeting took place by the text, aliases in brackets aside."""
    bare = re.sub(r"[（(][^）)]{1,20}[)）]", "", text)
    return len(title) > 6 and f"{title}在" in bare or f"{title}于" in bare


def _lacks_body(title: str, above: str) -> bool:
    """Return whether the title names no body: 常务会议纪要 under 某县人民政府."""
    is_body = re.search(r"(?:政府|委员会|协会|学会|大学|学院|集团|公司|局|厅|院|会|党组|党委|中心)$", above)
    return bool(is_body) and not re.search(r"政府|委员会|协会|大学|学院|公司|局|厅", title)


def _body(title: str | None) -> str | None:
    """Return who meets: the title less its number and the word for the meeting."""
    if title is None:
        return None
    match = re.match(r"^(.*?)(?:(?:19|20)\d{2}年度?)?第[\d一二三四五六七八九十百零〇]{1,4}次(.*)$", title)
    if match is None:
        bare = re.sub(r"(?:19|20)\d{2}年度?|第[一二三四]季度|\d{1,2}月份?", "", title)
        if office := re.match(r"^(.*办公会)议?$", bare):
            return office[1]
        kind = r"(?:全体|年度|专题|工作|座谈|常务|主任|扩大)*(?:会议|大会|年会|例会|座谈会|推进会|会)$"
        bare = re.sub(kind, "", bare)
        return bare if len(bare) >= 2 else None
    before, kind = match[1], re.sub(r"[（(].*[)）]$", "", match[2])
    if before:
        return before
    kind = re.sub(r"(?<=会)会议$|(?<=会)议$", "", kind)
    return kind or None


def _document_number(labels: dict[str, str], prose: Sequence[str]) -> str | None:
    if match := _DOCUMENT_NUMBER.search(remove_whitespace(labels.get("document_number", ""))):
        return match[0]
    for line in prose:
        bare = remove_whitespace(line)
        match = _DOCUMENT_NUMBER.search(bare)
        if match and (len(bare) <= len(match[0]) + 12):
            return match[0]
    for line in prose[:12]:
        if match := _ISSUE_NUMBER.match(line):
            return remove_whitespace(match[1] or match[0])
    return None


# --- days -----------------------------------------------------------------------------------------

_ISSUED_DAY = re.compile(rf"({_DAY})\s*(?:印发|印制|印送|发布|签发)")


def _has_issue_day(labels: dict[str, str], prose: Sequence[str]) -> bool:
    return "issued_on" in labels or any(_ISSUED_DAY.search(line) for line in prose)


def _issued_on(labels: dict[str, str], prose: Sequence[str]) -> datetime.date | None:
    if day := find_first_date(labels.get("issued_on", "")):
        return day
    for line in prose:
        if (match := _ISSUED_DAY.search(line)) and (day := find_first_date(match[1])):
            return day
    office = r"(?:(?:填报|报送|编制|制表)?(?:单位|部门)[:：])?[^，。；：:]{2,40}[室处厅会府局部院司组委心学团]"
    signed = re.compile(rf"^(?:{office})?\s*{_DAY}$")
    days = [find_first_date(line) for line in prose if signed.match(line)]
    return next((day for day in days if day), None)


def _held_on(
    labels: dict[str, str], prose: Sequence[str], issued_on: datetime.date | None, issues: list[ParserIssue]
) -> datetime.date | None:
    value = tidy_text(labels.get("held_on", ""))
    if day := find_first_date(value):
        return day
    sentences = [sentence for line in prose for sentence in re.split(r"[。；]", line)]
    for sentence in sentences:
        happens = re.search(rf"{_HAPPENS}|主持会议", sentence)
        match = PRINTED_DAY.search(sentence)
        if happens and match and match.start() < happens.start() and not re.search(r"拟于|将于|定于|计划", sentence):
            return date_from_match(match)
    for text in (value, *sentences):
        happens = re.search(_HAPPENS, text)
        match = PRINTED_DAY_OF_YEAR.search(text)
        if match and issued_on and (text is value or (happens and match.start() < happens.start() < match.end() + 60)):
            day = date_from_match(match, year=issued_on.year)
            if day and day > issued_on:
                day = date_from_match(match, year=issued_on.year - 1)
            issues.append(ParserIssue(None, "held_on", match[0], ProblemCode.YEAR_OF_MEETING))
            return day
    for at, line in enumerate(prose):
        if re.fullmatch(rf"[（(]\s*{_DAY}\s*[)）]", line) and at and re.search(r"纪要|会议|表$", prose[at - 1]):
            return find_first_date(line)
    return None


# --- place, host, chair ---------------------------------------------------------------------------


def _place(labels: dict[str, str], prose: Sequence[str]) -> str | None:
    if value := tidy_text(labels.get("place", "")):
        return value.rstrip("。")
    for line in prose:
        for match in _HAPPENS_AT.finditer(line):
            if not re.search(r"主持|领导|期间|基础|会议上|范围|下$|线上|全国各地", match[1]):
                return match[1]
    return None


def _host(labels: dict[str, str], prose: Sequence[str]) -> str | None:
    value = tidy_text(labels.get("host", ""))
    if not value:
        for line in prose:
            if match := re.search(r"由([^，。；由]{3,40}?)(?:具体|联合|负责)?承办", line):
                value = match[1]
                break
    value = re.sub(r"^(?:委员|会员|成员|理事|副?理事长|副?会长|轮值|支持)单位", "", value)
    return value.rstrip("。") or None


def _chair(labels: dict[str, str], prose: Sequence[str]) -> ParsedPerson | None:
    """Return the person in the chair, with the printed capacity."""
    if labels.get("chair") and (listed := next(iter(parse_people(labels["chair"])), None)):
        return listed
    candidates = []
    for line in prose:
        candidates += re.findall(r"由([^，。；由]{2,40}?)(?:同志)?(?:主持|担任主持)", line)
        candidates += [match[1] for match in CHAIR_AS_SUBJECT.finditer(line)]
    for candidate in candidates:
        person = parse_person(candidate.rstrip("。"))
        if person and is_name(person.name):
            return person
    return None
