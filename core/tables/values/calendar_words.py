"""Names of months, days of the week, halves of the day and time zones, folded: lower case, without accents."""

from typing import Final

_MONTHS: Final = """
    january jan januar jaenner janner janvier janv enero ene gennaio genn gen janeiro januari
    february feb februar feber fevrier fevr fev febrero febbraio febbr fevereiro februari
    march mar marz maerz mrz mars marzo marco maart mrt
    april apr avril avr abril abr aprile
    may mai mayo maggio mag maio mei
    june jun juni juin junio giugno giu junho
    july jul juli juillet juil juill julio luglio lug julho
    august aug aout agosto ago augustus
    september sep sept septembre septiembre setiembre settembre sett set setembro
    october oct oktober okt octobre octubre ottobre ott outubro out
    november nov novembre noviembre novembro
    december dec dezember dez decembre diciembre dic dicembre dezembro"""
MONTHS: Final = {word: number for number, line in enumerate(_MONTHS.strip().splitlines(), 1) for word in line.split()}
"""Month by its name or abbreviation in English, German, French, Spanish, Italian, Portuguese and Dutch."""

_WEEKDAYS: Final = """
    monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun
    montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sa sonnabend sonntag so
    lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim
    lunes martes miercoles mie jueves jue viernes vie sabado sab domingo dom
    lunedi martedi mercoledi giovedi gio venerdi sabato domenica
    segunda seg terca ter quarta qua quinta qui sexta sex feira
    maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo"""
WEEKDAYS: Final = frozenset(_WEEKDAYS.split())

_FILLERS: Final = (
    "at on the of st nd rd th um uhr den der am le er e a las los el de del di alle ore dia as d om op kl o"
)
FILLERS: Final = frozenset(_FILLERS.split())
"""Words around a date that say nothing about it."""

MORNING: Final = ("a.m.", "a. m.", "am", "上午", "凌晨", "清晨", "早上", "午前", "오전")
AFTERNOON: Final = ("p.m.", "p. m.", "pm", "下午", "中午", "傍晚", "午後", "오후")

_HOURS: Final = """utc 0 gmt 0 z 0 wet 0 west 1 cet 1 cest 2 met 1 mest 2 mez 1 mesz 2 eet 2 eest 3 msk 3 sast 2 trt 3
    est -5 edt -4 cst -6 cdt -5 mst -7 mdt -6 pst -8 pdt -7 akst -9 akdt -8 hst -10 brt -3 art -3
    pkt 5 ist 5.5 bst 1 wib 7 ict 7 sgt 8 hkt 8 pht 8 awst 8 jst 9 kst 9 aest 10 aedt 11 acst 9.5 acdt 10.5
    nzst 12 nzdt 13"""
ZONES: Final = {
    name: int(float(hours) * 60) for name, hours in zip(_HOURS.split()[::2], _HOURS.split()[1::2], strict=True)
}
"""Minutes east of UTC by the zone's abbreviation; of EST to PDT as RFC 5322 has them."""

DOUBTFUL_ZONES: Final = {
    "cst": "UTC-06:00, the central time of North America",
    "ist": "UTC+05:30, the time of India",
    "bst": "UTC+01:00, British summer time",
}
"""Abbreviations that mean something else in another country, and what they are taken for."""
