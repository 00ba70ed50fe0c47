"""What the built-in patterns mask and what they leave, in English and Chinese. All values are made up."""

import pytest

from fewsight import CustomerHistory, Event
from fewsight.masking import Pseudonymizer

POSITIVES = [
    # e-mail
    ("write to anna.kim@example.com please", {"EMAIL": "anna.kim@example.com"}),
    ("Mail: ANNA+shop@Example.co.uk.", {"EMAIL": "ANNA+shop@Example.co.uk"}),
    ("my mail is anna_k-99@mail.example.org, thanks", {"EMAIL": "anna_k-99@mail.example.org"}),
    ("邮箱是zhang.wei88@qq.com谢谢", {"EMAIL": "zhang.wei88@qq.com"}),
    ("发到ｚｈａｎｇ＠ｑｑ．ｃｏｍ就行", {"EMAIL": "ｚｈａｎｇ＠ｑｑ．ｃｏｍ"}),
    ("anna\u200b.kim@exa\u200bmple.com", {"EMAIL": "anna\u200b.kim@exa\u200bmple.com"}),
    ("anna (at) example (dot) com", {"EMAIL": "anna (at) example (dot) com"}),
    ("anna[at]example.com", {"EMAIL": "anna[at]example.com"}),
    ("it is anna at example dot com", {"EMAIL": "anna at example dot com"}),
    ("jürgen.müller@straße.de", {"EMAIL": "jürgen.müller@straße.de"}),
    ("иван@почта.рф", {"EMAIL": "иван@почта.рф"}),
    ("o'brien@example.ie", {"EMAIL": "o'brien@example.ie"}),
    ("<anna@example.com>", {"EMAIL": "anna@example.com"}),
    # telephones
    ("call +44 20 7946 0958 today", {"PHONE": "+44 20 7946 0958"}),
    ("call +1 (415) 555-0132", {"PHONE": "+1 (415) 555-0132"}),
    ("+49 (0)30 901820 is my number", {"PHONE": "+49 (0)30 901820"}),
    ("ring 07700 900123 after six", {"PHONE": "07700 900123"}),
    ("07700900123", {"PHONE": "07700900123"}),
    ("(415) 555-0132 works best", {"PHONE": "(415) 555-0132"}),
    ("415-555-0132", {"PHONE": "415-555-0132"}),
    ("1-800-555-0199", {"PHONE": "1-800-555-0199"}),
    ("mon numéro : 06 12 34 56 78", {"PHONE": "06 12 34 56 78"}),
    ("call me at 555-0199", {"PHONE": "555-0199"}),
    ("phone number is 4155550132", {"PHONE": "4155550132"}),
    ("Tel.: 0043 1 5123456", {"PHONE": "0043 1 5123456"}),
    ("我的手机13800138000", {"PHONE": "13800138000"}),
    ("请打138 0013 8000找我", {"PHONE": "138 0013 8000"}),
    ("电话１３８－００１３－８０００", {"PHONE": "１３８－００１３－８０００"}),
    ("加我+86 138-0013-8000", {"PHONE": "+86 138-0013-8000"}),
    ("座机010-62345678转105", {"PHONE": "010-62345678转105"}),
    ("打(0571)87654321", {"PHONE": "(0571)87654321"}),
    ("手\u200b机号是139\u200b1234\u200b5678。", {"PHONE": "139\u200b1234\u200b5678"}),
    ("联系方式：６２３４５６７８", {"PHONE": "６２３４５６７８"}),
    ("١٣٨٠٠١٣٨٠٠٠", {"PHONE": "١٣٨٠٠١٣٨٠٠٠"}),
    # cards, banks, identity
    ("card 4111 1111 1111 1111 was charged", {"CARD": "4111 1111 1111 1111"}),
    ("4111-1111-1111-1111 12/27", {"CARD": "4111-1111-1111-1111"}),
    ("4111 1111 1111 1112 has a wrong check digit", {"CARD": "4111 1111 1111 1112"}),
    ("4111 1111\n1111 1111", {"CARD": "4111 1111\n1111 1111"}),
    ("paid with 5555555555554444", {"CARD": "5555555555554444"}),
    ("amex 3782 822463 10005", {"CARD": "3782 822463 10005"}),
    ("卡号６２２２０２１２３４５６７８９０１２８", {"CARD": "６２２２０２１２３４５６７８９０１２８"}),
    ("refund to DE89 3704 0044 0532 0130 00 please", {"IBAN": "DE89 3704 0044 0532 0130 00"}),
    ("iban gb29nwbk60161331926819", {"IBAN": "gb29nwbk60161331926819"}),
    ("FR14 2004 1010 0505 0001 3M02 606", {"IBAN": "FR14 2004 1010 0505 0001 3M02 606"}),
    ("身份证11010519491231002X", {"ID": "11010519491231002X"}),
    ("证件110105 19491231 002x已上传", {"ID": "110105 19491231 002x"}),
    ("my SSN is 078-05-1120", {"ID": "078-05-1120"}),
    ("passport no. X12345678", {"ID": "X12345678"}),
    ("护照号：E12345678", {"ID": "E12345678"}),
    # networks
    ("I logged in from 203.0.113.42.", {"IP": "203.0.113.42"}),
    ("IP地址是192.168.1.20吗", {"IP": "192.168.1.20"}),
    ("from 2001:db8::ff00:42:8329 yesterday", {"IP": "2001:db8::ff00:42:8329"}),
    ("fe80::1ff:fe23:4567:890a", {"IP": "fe80::1ff:fe23:4567:890a"}),
    # codes
    ("order #A1234-99 is late", {"ORDER": "A1234-99"}),
    ("Order number: 10023", {"ORDER": "10023"}),
    ("order no 55123", {"ORDER": "55123"}),
    ("my order 20240312 never came", {"ORDER": "20240312"}),
    ("ORDER ID=ab-77-x9", {"ORDER": "ab-77-x9"}),
    ("invoice INV-2024-0031", {"ORDER": "INV-2024-0031"}),
    ("see ticket #8841", {"ORDER": "8841"}),
    ("tracking 1Z999AA10123456784", {"ORDER": "1Z999AA10123456784"}),
    ("parcel RR123456789GB", {"ORDER": "RR123456789GB"}),
    ("114-3941689-8772232 still not here", {"ORDER": "114-3941689-8772232"}),
    ("any news on pm-551760", {"ORDER": "pm-551760"}),
    ("where is #100245?", {"ORDER": "100245"}),
    ("订单号：20240312998", {"ORDER": "20240312998"}),
    ("订单20240312998还没到", {"ORDER": "20240312998"}),
    ("我的运单号是SF1234567890123", {"ORDER": "SF1234567890123"}),
    ("退款编号 TK-9981 处理了吗", {"ORDER": "TK-9981"}),
    ("订单编号：Ａ１２３４", {"ORDER": "Ａ１２３４"}),
    ("account number 99812", {"ACCOUNT": "99812"}),
    ("会员号88123456", {"ACCOUNT": "88123456"}),
    ("微信号：anna_kim88", {"ACCOUNT": "anna_kim88"}),
    ("username: anna.kim", {"ACCOUNT": "anna.kim"}),
    ("QQ：123456789", {"ACCOUNT": "123456789"}),
    ("my password is hunter2024", {"SECRET": "hunter2024"}),
    ("验证码：482913", {"SECRET": "482913"}),
    ("reference 1234567890123456789", {"ORDER": "1234567890123456789"}),
    ("号码 1234567890123456789012", {"NUMBER": "1234567890123456789012"}),
    ("110105194912310021 (wrong check digit)", {"NUMBER": "110105194912310021"}),
    # links that let somebody in
    ("https://shop.example.com/reset?token=9f8e7d.", {"URL": "https://shop.example.com/reset?token=9f8e7d"}),
    ("看 https://example.com/u?uid=8812&x=1，谢谢", {"URL": "https://example.com/u?uid=8812&x=1"}),
    # labelled names
    ("Hello, my name is Anna Kim and", {"NAME": "Anna Kim"}),
    ("收件人：王小明，地址", {"NAME": "王小明"}),
    # forged pseudonyms
    ("write to [EMAIL_1]", {"LITERAL": "[EMAIL_1]"}),
    ("［ＥＭＡＩＬ＿１］", {"LITERAL": "［ＥＭＡＩＬ＿１］"}),
    ("[email_1]", {"LITERAL": "[email_1]"}),
    ("[SHOT_PHONE_2]", {"LITERAL": "[SHOT_PHONE_2]"}),
    ("[EM\u200bAIL_1]", {"LITERAL": "[EM\u200bAIL_1]"}),
    ("[WHATEVER_12]", {"LITERAL": "[WHATEVER_12]"}),
]

NEGATIVES = [
    "size 10-12 fits well",
    "delivered on 2026-03-01",
    "from 01-02-2024 to 05.06.2024",
    "2024/03/12 10:30:45",
    "on 12.03.2024 10:15 I wrote",
    "it cost £1,299.00",
    "$1,000,000.00 is a lot",
    "价格是￥１２９９．００",
    "EUR 4500000",
    "1 299 000 rubles",
    "the WH-1000XM4 headphones",
    "model 415-555-0132",
    "ISBN 978-3-16-148410-0",
    "ISBN 9783161484100",
    "ISBN-10: 0306406152",
    "EAN 4006381333931",
    "UPC 012345678905",
    "SKU 10023-BLK-42",
    "item no. 700.123.45",
    "型号：AB-12345",
    "model AB-1234567",
    "SKU-100234",
    "货号10234567890",
    "a 4-6 week wait",
    "24/7 support",
    "50% off, 2 for 1",
    "it weighs 2.5 kg, 30x40x50 cm",
    "16GB/512GB, 3840x2160",
    "order 2 shirts",
    "I want to order 10000 pieces",
    "orders over 50000 dollars",
    "in order to get 3 of them",
    "I ordered 3 weeks ago",
    "my last order of 2024 was fine",
    "order on 2024-03-12",
    "order: 2 x socks, 3 x shirts",
    "return within 30 days",
    "return label 2024",
    "the package is 40x30x20",
    "package 40x30x20 cm",
    "PO box 1234",
    "my client ordered 5000 units",
    "尾号8812的手机",
    "物流停在2024-03-12 10:20:33",
    "GTX 1080 8GB 256-bit 1607 MHz",
    "return policy is bad",
    "ticket to row 12",
    "case for iPhone 13",
    "payment of 120.50",
    "account was hacked",
    "member since 2019",
    "my password is not working",
    "the pin fell out after 3 days",
    "client 2.0 is slow",
    "the reference manual",
    "package arrived at 10:30",
    "version 1.2.3.4",
    "firmware 10.20.30.40",
    "section 4.3.2.1",
    "std::vector<int> at 10:30:45",
    "meet me @ 5",
    "2 for 3@4.99 each",
    "follow @annakim2024",
    "see https://www.example.com/products/wireless-headphones-2024?page=2",
    "pi is 3.14159265358979323846",
    "1700000000 seconds",
    "room 0420",
    "0.0000125",
    "12 34 56",
    "colour #112233",
    "we are #1",
    "[1] and [note]",
    "[see page 2] [x]",
    "type a[i_1] here",
    "DE00 3704 0044 0532 0130 00",
    "999.999.999.999",
    "订单2件",
    "订单金额120000元",
    "我2024年3月12日下单",
    "快递3天才到",
    "会员100元",
    "买了10个，退了2个",
    "满300减50",
    "尺码165/88A",
    "发票抬头是公司",
    "今天下午3点半",
    "密码忘了",
    "20240312",
    "0571",
    "The name is not on it",
    "call 3 times",
    "call me at 10",
    "phone 12 pro 256 gb",
    "text size 12 14 16",
    "text on 2024-03-12",
    "1-2-3-4-5-6-7-8",
    "from 2001 to 2010::",
    "a bus at 9 dot on time",
]


def mask(text: str) -> tuple[str, dict[str, str]]:
    masked = Pseudonymizer().mask(CustomerHistory("c", (Event("e1", None, "message", text=text),)))
    return masked.history.events[0].text or "", masked.pseudonyms


@pytest.mark.parametrize(("text", "expected"), POSITIVES)
def test_identifiers_are_masked(text: str, expected: dict[str, str]) -> None:
    masked, pseudonyms = mask(text)
    assert pseudonyms == {f"[{kind}_1]": value for kind, value in expected.items()}
    for pseudonym, value in pseudonyms.items():
        assert masked.count(pseudonym) == 1
        assert value == pseudonym or masked.replace(pseudonym, value) == text


@pytest.mark.parametrize("text", NEGATIVES)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert mask(text) == (text, {})


def test_table_is_wide() -> None:
    assert len(POSITIVES) >= 60
    assert len(NEGATIVES) >= 60


@pytest.mark.parametrize("text", ["a" * 200_000, "1-" * 100_000, "[a_" * 70_000, "a.a@" * 50_000, "order " * 40_000])
def test_hostile_lengths_are_looked_at_once(text: str) -> None:
    assert len(mask(text)[0]) == len(text)
