"""Names that no table tells: introductions, greetings, signatures, titles; and ordinary words that stand there too."""

import pytest

from tests.core.masking.texts import masked_text

NAMED = [
    ("Hello, my name is Anna Kim and I wait.", "Anna Kim"),
    ("my name is anna kim, please help", "anna kim"),
    ("This is Peter van der Berg speaking.", "Peter van der Berg"),
    ("i am anna from leeds", "anna"),
    ("I'm Seán O’Brien and I called.", "Seán O’Brien"),
    ("Anna here, the lamp broke.", "Anna"),
    ("Dear Ms Miller,", "Miller"),
    ("Hi anna, any news?", "anna"),
    ("It is late.\n\nBest regards,\nTom Baker", "Tom Baker"),
    ("It is late. best regards, tom baker", "tom baker"),
    ("Thanks,\nTom\n\nSent from my phone", "Tom"),
    ("my wife Paula paid", "Paula"),
    ("I spoke to Dana from support", "Dana"),
    ("Mrs. O'Neill called", "O'Neill"),
    ("Customer: Jane Roe", "Jane Roe"),
    ("Ich heiße Jürgen Groß.", "Jürgen Groß"),
    ("Ich bin Eva Muster aus Köln", "Eva Muster"),
    ("hier ist eva, mein paket fehlt", "eva"),
    ("Sehr geehrter Herr Schmidt,", "Schmidt"),
    ("Mit freundlichen Grüßen\nEva Muster", "Eva Muster"),
    ("Danke, LG Eva", "Eva"),
    ("Je m'appelle Zoé Petit.", "Zoé Petit"),
    ("Je m’appelle zoé petit.", "zoé petit"),
    ("Bonjour Mme Lefèvre,", "Lefèvre"),
    ("Cordialement, Jean Dupont", "Jean Dupont"),
    ("M. Dupont a appelé", "Dupont"),
    ("Me llamo María del Carmen Ruiz.", "María del Carmen Ruiz"),
    ("Soy Ana López y espero.", "Ana López"),
    ("Saludos,\nAna", "Ana"),
    ("Liebe Grüße\nSabine & Tom", "Sabine & Tom"),
    ("我叫小明，包裹没到", "小明"),
    ("我姓王，想退货", "王"),
    ("Estimada Sra. García:", "García"),
    ("您好，我叫王小明，包裹没到", "王小明"),
    ("本人李雷，要求退款", "李雷"),
    ("尊敬的张伟先生：", "张伟"),
    ("请联系王小明先生", "王小明"),
    ("此致\n敬礼\n王小明", "王小明"),
    ("谢谢！\n王小明", "王小明"),
]

ORDINARY = [
    "I am happy. I am from Leeds. I'm Happy with it.",
    "this is urgent, this is Urgent. This is Madness! I'm Irish and proud.",
    "i am tired from waiting, i am away from home",
    "I AM VERY ANGRY. THIS IS A JOKE.",
    "it is six am in berlin",
    "Dear customer service, dear all, Dear Sir or Madam,",
    "Hi there, hello team, hey guys,",
    "Thanks, waiting for it.\nThanks\nThanks again",
    "Best regards from Spain. Best pizza in town. I love photography.",
    "hit or miss situation",
    "My wife and I, my son needs it, my husband opened the box",
    "I spoke to Customer Service about Don't Starve",
    "soy milk, Soy Sauce.",
    "Ich bin Kunde. Ich bin Lehrerin und warte. Hier ist alles gut.",
    "Sehr geehrte Damen und Herren,",
    "Mit freundlichen Grüßen aus Spanien",
    "Je suis contente. Je suis cliente depuis 2019. C'est urgent.",
    "Bonjour à tous, Bonjour Madame, Monsieur,",
    "Soy clienta. Soy de Madrid. Hola a todos,",
    "我是说衣服太小。我是老师。我叫了三次。我很高兴。",
    "这位先生态度不好，大家好，尊敬的客服",
]


@pytest.mark.parametrize(("text", "name"), NAMED)
def test_names_after_a_cue_are_masked(text: str, name: str) -> None:
    assert masked_text(text) == (text.replace(name, "[NAME_1]"), {"[NAME_1]": name})


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_after_a_cue_stay(text: str) -> None:
    assert masked_text(text) == (text, {})


def test_a_name_that_a_cue_told_is_masked_in_all_of_the_text() -> None:
    masked, _ = masked_text("my name is Anna Kim. Anna waits, ANNA KIM")
    assert masked == "my name is [NAME_1]. [NAME_2] waits, [NAME_1]"
