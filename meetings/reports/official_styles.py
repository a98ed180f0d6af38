"""The look of a Chinese official document after GB/T 9704-2012, as the parts of a .docx that say so: pure XML.

Page and text area: A4, 37 mm above and 28 mm left of a text area of 156 × 225 mm, which holds 22 lines of 28
characters of 三号. Nothing in the body is formatted by itself; whoever edits a document on changes it by its styles.
"""

from __future__ import annotations

from docx.oxml.ns import nsdecls

# All in twentieths of a point: 1 mm is 56.69 of them.
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
MARGIN_TOP, MARGIN_LEFT = 2098, 1587
TEXT_WIDTH, TEXT_HEIGHT = 8844, 12756
MARGIN_RIGHT = PAGE_WIDTH - MARGIN_LEFT - TEXT_WIDTH
MARGIN_BOTTOM = PAGE_HEIGHT - MARGIN_TOP - TEXT_HEIGHT
# The page's number stands 7 mm below the text area.
FOOTER_DISTANCE = 1247
LINES_PER_PAGE, CHARACTERS_PER_LINE = 22, 28
# As many of the title's size stand in a line.
TITLE_CHARACTERS = TEXT_WIDTH // 440
LINE_PITCH = TEXT_HEIGHT // LINES_PER_PAGE
# What characters of 三号 are set closer by so that 28 of them fill the line. By the style and not by a grid of
# characters, which LibreOffice sets much too wide.
CHARACTER_SPACING = TEXT_WIDTH // CHARACTERS_PER_LINE - 16 * 20

LATIN = "Times New Roman"
TITLE_FONT, BODY_FONT, KAI, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
# Each font with what takes its place on a machine that does not have it, the first that is there.
FONTS = {
    TITLE_FONT: ("FZXiaoBiaoSong-B05S,方正小标宋_GBK,华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC", "roman"),
    BODY_FONT: ("FangSong_GB2312,仿宋,FangSong,华文仿宋,STFangsong,宋体,SimSun,Noto Serif CJK SC", "modern"),
    KAI: ("KaiTi_GB2312,楷体,KaiTi,华文楷体,STKaiti,宋体,SimSun,Noto Serif CJK SC", "modern"),
    HEI: ("SimHei,微软雅黑,Microsoft YaHei,Noto Sans CJK SC", "modern"),
    SONG: ("SimSun,Noto Serif CJK SC", "auto"),
}

# Half points: 二号, 三号, 四号, 五号.
_SIZE_2, _SIZE_3, _SIZE_4, _SIZE_5 = 44, 32, 28, 21


def _fonts(east_asian: str) -> str:
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia="{east_asian}"/>'


def _paragraph_style(
    name: str,
    *,
    style_id: str = "",
    based_on: str | None = "Normal",
    next_style: str = "",
    properties: str = "",
    characters: str = "",
) -> str:
    default = "" if based_on else ' w:default="1"'
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{style_id or name.replace(" ", "")}"><w:name w:val="{name}"/>'
        + (f'<w:basedOn w:val="{based_on}"/>' if based_on else "")
        + (f'<w:next w:val="{next_style}"/>' if next_style else "")
        + f"<w:qFormat/><w:pPr>{properties}</w:pPr><w:rPr>{characters}</w:rPr></w:style>"
    )


def _font_size(half_points: int) -> str:
    """Return the size of what is not set in the body's; its characters stand no closer than the font has them."""
    return f'<w:spacing w:val="0"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _heading(level: int, font: str, *, is_bold: bool = False) -> str:
    return _paragraph_style(
        f"heading {level}",
        style_id=f"Heading{level}",
        next_style="BodyText",
        properties=f'<w:keepNext/><w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="1"/></w:numPr>'
        f'{_FIRST_LINE}<w:outlineLvl w:val="{level - 1}"/>',
        characters=_fonts(font) + ("<w:b/><w:bCs/>" if is_bold else ""),
    )


_FIRST_LINE = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
_TABLE_LINE = '<w:snapToGrid w:val="0"/><w:spacing w:line="340" w:lineRule="exact"/>'


def styles_xml(signature_indents: tuple[float, float]) -> str:
    """Return the styles; ``signature_indents`` are those of the signing body and of its day, in characters."""
    body_indent, day_indent = (
        f'<w:ind w:rightChars="{round(characters * 100)}" w:right="{round(characters * _SIZE_3 * 10)}"/>'
        for characters in signature_indents
    )
    table_text = f'{_TABLE_LINE}<w:jc w:val="left"/>'
    return (
        f"<w:styles {nsdecls('w')}><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(BODY_FONT)}"
        f'<w:spacing w:val="{CHARACTER_SPACING}"/><w:sz w:val="{_SIZE_3}"/><w:szCs w:val="{_SIZE_3}"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        f'<w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="{LINE_PITCH}" w:lineRule="exact"/>'
        "</w:pPr></w:pPrDefault></w:docDefaults>"
        + _paragraph_style("Normal", based_on=None, properties='<w:jc w:val="both"/>')
        + '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/></w:style>'
        + _paragraph_style(
            "Title",
            next_style="Salutation",
            # Its own lines are higher; the body begins a line below it.
            properties='<w:keepNext/><w:snapToGrid w:val="0"/>'
            f'<w:spacing w:before="0" w:after="{LINE_PITCH}" w:line="700" w:lineRule="exact"/><w:jc w:val="center"/>',
            characters=_fonts(TITLE_FONT) + _font_size(_SIZE_2),
        )
        + _paragraph_style("Salutation", next_style="BodyText")
        + _paragraph_style("Body Text", properties=_FIRST_LINE)
        + _heading(1, HEI)
        + _heading(2, KAI)
        + _heading(3, BODY_FONT, is_bold=True)
        + _heading(4, BODY_FONT)
        + _paragraph_style(
            "caption",
            style_id="Caption",
            properties=f'<w:keepNext/><w:spacing w:before="{LINE_PITCH // 2}" w:line="{LINE_PITCH}"'
            ' w:lineRule="exact"/><w:jc w:val="center"/>',
            characters=_fonts(HEI) + _font_size(_SIZE_4),
        )
        + _paragraph_style("Table Text", properties=table_text, characters=_font_size(_SIZE_5))
        + _paragraph_style(
            "Table Head",
            based_on="TableText",
            properties='<w:keepNext/><w:jc w:val="center"/>',
            characters=_fonts(HEI),
        )
        + _paragraph_style("Table Number", based_on="TableText", properties='<w:jc w:val="center"/>')
        + _paragraph_style(
            "Table Note",
            properties='<w:snapToGrid w:val="0"/>'
            f'<w:spacing w:before="0" w:after="{LINE_PITCH // 2}" w:line="340" w:lineRule="exact"/>',
            characters=_font_size(_SIZE_5),
        )
        # What keeps a table and the words below it apart; it is too low for words of its own.
        + _paragraph_style(
            "After Table", properties='<w:snapToGrid w:val="0"/><w:spacing w:line="160" w:lineRule="exact"/>'
        )
        + _paragraph_style("Closing", based_on="BodyText", next_style="Signature", properties="<w:keepNext/>")
        + _paragraph_style(
            "Signature",
            next_style="Date",
            # Two lines free above, and never alone on a page without the words it signs.
            properties=f'<w:keepNext/><w:spacing w:before="{2 * LINE_PITCH}" w:line="{LINE_PITCH}"'
            f' w:lineRule="exact"/>{body_indent}<w:jc w:val="right"/>',
        )
        + _paragraph_style("Date", properties=f'{day_indent}<w:jc w:val="right"/>')
        + _paragraph_style(
            "footer",
            style_id="Footer",
            properties='<w:snapToGrid w:val="0"/><w:spacing w:line="240" w:lineRule="auto"/>'
            '<w:ind w:leftChars="100" w:left="280" w:rightChars="100" w:right="280"/><w:jc w:val="left"/>',
            characters=_fonts(SONG).replace(LATIN, SONG) + _font_size(_SIZE_4),
        )
        + _paragraph_style("Footer Odd", style_id="FooterOdd", based_on="Footer", properties='<w:jc w:val="right"/>')
        + '<w:style w:type="table" w:styleId="ReportTable"><w:name w:val="Report Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblBorders>'
        + "".join(
            f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        + '</w:tblBorders><w:tblCellMar><w:top w:w="45" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
        '<w:bottom w:w="45" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tcPr><w:vAlign w:val="center"/></w:tcPr></w:style></w:styles>'
    )


# 一、 （一） 1. （1）: each level begins anew under the one above it, and the text follows at once.
_LEVELS = (
    ("chineseCountingThousand", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "（%4）"),
)


def numbering_xml() -> str:
    """Return the numbering that the four headings are linked to."""
    levels = "".join(
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:pStyle w:val="Heading{index + 1}"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr>{_FIRST_LINE}</w:pPr></w:lvl>'
        for index, (form, text) in enumerate(_LEVELS)
    )
    return (
        f'<w:numbering {nsdecls("w")}><w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>'
        f'{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )


def font_table_xml() -> str:
    """Return the fonts, each with the names of what may take its place."""
    chinese = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="{family}"/>'
        '<w:pitch w:val="default"/></w:font>'
        for name, (others, family) in FONTS.items()
    )
    return (
        f'<w:fonts {nsdecls("w")}>{chinese}<w:font w:name="{LATIN}"><w:altName w:val="Liberation Serif"/>'
        '<w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font></w:fonts>'
    )
