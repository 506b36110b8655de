"""Documents in other languages and scripts: read as written, found by their words, quoted sentence by sentence."""

from pathlib import Path

import pymupdf
import pytest

from docqa.index import bm25
from docqa.library import Library
from docqa.text.scripts import ENGLISH, folded, language, languages, spaced
from docqa.text.sentences import sentences
from docqa.text.words import closest_part, count, rarity, stems, terms
from docqa.types import Query
from ingest.parse import PDF
from ingest.pipeline import Pipeline
from tests.fakes import WordHashEmbedder, run
from tests.writing import WIDTH, write_pdf

# Language: pages (revenue, staff, risks), and a question in other forms of its words about the second one.
LIBRARY = {
    "german": (
        "Die Umsätze der Gesellschaft stiegen im Jahr 2022 auf 50 Millionen Euro.",
        "Im Werk in Köln wurden im Jahr 2022 viele neue Arbeitsplätze geschaffen.",
        "Die Risiken der Gesellschaft sind in diesem Jahr nicht gestiegen.",
        "Wie viele Mitarbeiter bekamen einen Arbeitsplatz im Kölner Werk?",
    ),
    "french": (
        "Le chiffre d'affaires de la société a augmenté dans toutes les régions.",
        "Les usines de Lyon ont été fermées par la société en 2021.",
        "Les risques de la société sont décrits dans ce rapport.",
        "Quand l'usine de Lyon a-t-elle été fermée ?",
    ),
    "spanish": (
        "Los ingresos de la compañía crecieron en todas las regiones.",
        "Las fábricas de Sevilla fueron cerradas por la empresa en 2021.",
        "Los riesgos de la compañía no han cambiado.",
        "¿Cuándo se cerró la fábrica de Sevilla?",
    ),
    "russian": (
        "Выручка компании выросла до 50 миллионов рублей в 2022 году.",
        "Заводы в Казани были закрыты компанией в 2021 году.",
        "Риски компании описаны в этом отчёте.",
        "Когда был закрыт завод компании?",
    ),
    "greek": (
        "Τα έσοδα της εταιρείας αυξήθηκαν το 2022.",
        "Τα εργοστάσια της εταιρείας στην Πάτρα έκλεισαν.",
        "Οι κίνδυνοι περιγράφονται σε αυτή την έκθεση.",
        "Πότε έκλεισε το εργοστάσιο στην Πάτρα;",
    ),
    "chinese": (
        "公司二零二二年的收入为五千万元。成本下降了。",
        "公司在上海的工厂于去年关闭。员工得到了补偿。",
        "本报告描述了公司面临的风险。",
        "上海工厂什么时候关闭？",
    ),
    "japanese": (
        "当社の売上高は増加しました。費用は減少しました。",
        "大阪の工場は昨年閉鎖されました。従業員は異動しました。",
        "本報告書は当社のリスクを説明します。",
        "大阪工場はいつ閉鎖されましたか？",
    ),
    "korean": (
        "회사의 매출액은 지난해 증가했다.",
        "부산 공장은 작년에 폐쇄되었다.",
        "이 보고서는 회사의 위험을 설명한다.",
        "부산의 공장이 언제 폐쇄됐나요?",
    ),
    "thai": (
        "รายได้ของบริษัทเพิ่มขึ้นในปีนี้",
        "โรงงานที่เชียงใหม่ปิดเมื่อปีที่แล้ว",
        "รายงานนี้อธิบายความเสี่ยงของบริษัท",
        "โรงงานเชียงใหม่ปิดเมื่อไร",
    ),
    "hindi": (
        "कंपनी का राजस्व इस वर्ष बढ़ा।",
        "पुणे का कारखाना पिछले वर्ष बंद हुआ।",
        "यह रिपोर्ट जोखिम बताती है।",
        "पुणे का कारखाना कब बंद हुआ?",
    ),
    "arabic": (
        "بلغت إيرادات الشركة 50 مليون دولار في عام 2022.",
        "أغلقت الشركة المصنع في جدة خلال العام الماضي.",
        "يصف هذا التقرير المخاطر الأخرى.",
        "متى أغلق مصنع جدة؟",
    ),
    "hebrew": (
        "הכנסות החברה היו 50 מיליון דולר בשנת 2022.",
        "המפעל של החברה בחיפה נסגר בשנה שעברה.",
        "הדוח הזה מתאר את הסיכונים.",
        "מתי נסגר המפעל בחיפה?",
    ),
}
LEFTWARDS = ("arabic", "hebrew")


def pdf_in(name: str, folder: Path) -> Path:
    return write_pdf(folder / f"{name}.pdf", *LIBRARY[name][:3], leftwards=name in LEFTWARDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("languages")


@pytest.mark.parametrize("name", LIBRARY)
def test_a_page_is_read_as_it_was_written(name: str, pipeline: Pipeline, library: Library, folder: Path):
    run(pipeline, pdf_in(name, folder))
    [document] = library.catalog.documents()
    for number, text in enumerate(LIBRARY[name][:3], start=1):
        page = library.files.page(document.id, number)
        assert page.text == text
        assert page.source == "layer"


def test_every_question_finds_its_page_by_words_alone_among_all_languages(
    pipeline: Pipeline, library: Library, folder: Path
):
    run(pipeline, *[pdf_in(name, folder) for name in LIBRARY])
    names = {document.id[:15]: document.name for document in library.catalog.documents()}
    elsewhere = WordHashEmbedder().embed_query("nothing of it")
    for name, (*_, question) in LIBRARY.items():
        found = library.index.rank(Query(question, elsewhere), limit=3)
        for ranking in (found.words, found.pages):
            assert (names[ranking[0].key.document], ranking[0].key.page) == (f"{name}.pdf", 2), name


def test_figures_within_a_line_that_runs_leftwards_stay_as_they_are(folder: Path):
    lines = PDF(pdf_in("arabic", folder)).sheet(1, dpi=50, max_side=500).lines
    words = [word for line in lines for word, _ in line.words]
    assert words == LIBRARY["arabic"][0].split()
    edges = [box.x1 for line in lines for _, box in line.words]
    assert edges == sorted(edges, reverse=True), "the first word stands at the right"


def test_the_box_of_a_sentence_in_a_script_without_spaces_is_its_own(
    pipeline: Pipeline, library: Library, folder: Path
):
    run(pipeline, pdf_in("chinese", folder))
    [document] = library.catalog.documents()
    page = library.files.page(document.id, 1)
    first, second = sentences(page.text)
    [left], [right] = page.boxes(first.start, first.end), page.boxes(second.start, second.end)
    assert left.x1 == pytest.approx(right.x0)
    assert right.x1 - right.x0 < left.x1 - left.x0


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Der Umsatz stieg. Über Preise, z. B. am 3. Mai, wurde verhandelt. Ende.", 3),
        ("Les ventes ont augmenté. Était-ce prévu ? « Oui », dit M. Blanc.", 3),
        ("¿Subieron las ventas? ¡Sí! Los costes no.", 3),
        ("Выручка выросла. В 2022 г. Затраты упали, т. е. снизились.", 2),
        ("収入が増えた。「費用は減った。」終わり。", 3),
        ("ارتفعت الإيرادات. هل انخفضت التكاليف؟ نعم.", 3),
        ("राजस्व बढ़ा। लागत घटी।", 2),
        ("The vitamin c. content. fell. It rose.", 2),
    ],
)
def test_sentences_end_as_each_language_ends_them(text: str, pieces: int):
    found = [text[each.start : each.end] for each in sentences(text)]
    assert len(found) == pieces, found


def test_words_of_scripts_without_spaces_are_pairs_of_characters():
    assert terms("工厂关闭") == {"工厂", "厂关", "关闭"}
    assert spaced("在上海 2022") == " 在上 上海  2022"
    assert stems("上海工厂") & stems("工厂关闭") == {"工厂"}
    assert (count("工厂关闭了"), count("two words")) == (3, 2)


def test_forms_of_a_letter_are_one():
    assert folded("２０２２年ｶﾞｽ") == "2022年ガス"
    assert folded("٥٠ مُحَمَّد \u0627\u0640\u0644") == "50 محمد ال"
    assert folded("Umsa\u0308tze") == "Umsätze"
    assert folded("שָׁלוֹם") == "שלום"


def test_the_closest_part_of_a_text_without_spaces_is_read():
    text = "收入增长。" * 20 + "工厂在上海关闭。" + "风险不变。" * 20
    part = closest_part(text, rarity(stems("上海工厂什么时候关闭？"), [stems(text)]), words=8)
    assert ("上海" in part, len(part) < 30) == (True, True)


def test_the_language_is_told_by_its_words_or_letters():
    for name in ("german", "french", "spanish", "russian", "greek", "arabic", "hebrew"):
        assert language(" ".join(LIBRARY[name][:3])) == name
        assert name in languages(LIBRARY[name][3])


def test_english_is_looked_up_as_it_always_was():
    assert languages("What did the company say in the van Gogh report?") == (ENGLISH,)
    assert languages("net sales 2022") == (ENGLISH,)
    assert language("Revenue\t10\t12\nSE\tLE\tLE\nDe Minimis\t3") == ENGLISH
    assert language("He read Die Zeit and Le Monde in the café of the hotel.") == ENGLISH
    text = "Net sales of Société Générale rose 4 % – to $1,250.5 million (FY 2022)."
    assert folded(spaced(text)) == text


def test_a_question_in_english_has_the_terms_of_english_alone():
    from qdrant_edge import Bm25, Bm25Config

    question = "How many employees did the company have in 2022?"
    plain = Bm25(Bm25Config(language="english", avg_len=80.0)).embed_query(question)
    ours = bm25.query_vectors(question)["passage"]
    assert dict(zip(ours.indices, ours.values, strict=True)) == dict(zip(plain.indices, plain.values, strict=True))


@pytest.mark.parametrize("name", ["german", "chinese", "japanese"])
def test_a_scan_is_read_too(name: str, pipeline: Pipeline, library: Library, folder: Path, tmp_path: Path):
    scan = pymupdf.open()
    with pymupdf.open(pdf_in(name, folder)) as pdf:
        sheet = scan.new_page(width=WIDTH, height=842)
        sheet.insert_image(sheet.rect, pixmap=pdf[1].get_pixmap(dpi=200))
    scan.save(tmp_path / "scan.pdf")
    run(pipeline, tmp_path / "scan.pdf")
    [document] = library.catalog.documents()
    page = library.files.page(document.id, 1)
    assert (page.text, page.source) == (LIBRARY[name][1], "ocr")
