"""The commands as a user runs them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import EXAMPLES

DOCQA = [sys.executable, "-c", "from docqa.cli import main; main()"]
REPORT, MANUAL = str(EXAMPLES / "harbour-report-2024.pdf"), str(EXAMPLES / "turbine-manual.pdf")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def docqa(example_data: Path, tmp_path: Path) -> Run:
    """Run a command on a copy of a library that holds the examples."""
    data = tmp_path / "data"
    shutil.copytree(example_data, data)

    def run(*words: str, data: Path = data, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [*DOCQA, "--data", str(data), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **(env or {})})

    return run


def test_ask_prints_the_quote_and_where_it_stands(docqa: Run):
    done = docqa("ask", "What does fault code E11 mean?")
    assert done.returncode == 0
    assert "Inverter too hot" in done.stdout
    assert "[1] turbine-manual.pdf p. 2" in done.stdout
    assert "Quoted word for word" in done.stderr


def test_ask_reads_the_files_named_before_the_question_and_asks_only_them(docqa: Run, tmp_path: Path):
    new = tmp_path / "new"
    first = docqa("ask", MANUAL, "What is the warranty?", "--json", data=new)
    assert {each["document"] for each in json.loads(first.stdout)["evidence"]} == {"turbine-manual.pdf"}
    second = docqa("ask", MANUAL, "When did the last coal ship leave Sandhaven?", "--json")
    assert {each["document"] for each in json.loads(second.stdout)["evidence"]} == {"turbine-manual.pdf"}


def test_ask_json_has_the_documented_shape(docqa: Run):
    answer = json.loads(docqa("ask", "How much was the audit fee?", "--json").stdout)
    assert answer["status"] == "answered"
    citation = answer["citations"][0]
    assert set(citation) == {"label", "document", "document_id", "page", "printed", "quote", "boxes", "supported"}
    assert (citation["document"], citation["page"], len(citation["boxes"][0])) == ("harbour-report-2024.pdf", 4, 4)
    assert {"text", "evidence", "timings", "method", "question", "answerable"} < set(answer)
    assert set(answer["evidence"][0]) >= {"label", "document", "document_id", "page", "width", "height", "score"}


def test_ask_says_not_found_and_offers_the_nearest_pages(docqa: Run):
    done = docqa("ask", "How many moons does Jupiter have?")
    assert done.stdout.startswith("Not found")
    assert "Nearest pages: " in done.stdout


def test_ask_show_writes_the_page_with_the_words_marked(docqa: Run, tmp_path: Path):
    docqa("ask", "How much was the audit fee?", "--show", "--show-dir", str(tmp_path / "evidence"))
    [png] = (tmp_path / "evidence").glob("*.png")
    assert png.name == "1-harbour-report-2024-p4.png"
    colours = {colour for _, colour in Image.open(png).convert("RGB").getcolors(1 << 24)}
    assert (224, 122, 0) in colours


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ask"], "What is the question?"),
        (["ask", REPORT], "The question comes last"),
        (["ask", "nowhere.pdf", "Why?"], "No such file or folder: nowhere.pdf"),
        (["ask", "Why?", "--document", "nowhere.pdf"], "No document is called nowhere.pdf"),
        (["ingest"], "Which files?"),
        (["ingest", "nowhere"], "No such file or folder: nowhere"),
        (["show", "nowhere.pdf"], "No document is called nowhere.pdf"),
        (["describe", "turbine-manual.pdf"], "Name one of --title, --organisation, --year and --kind"),
        (["describe", "turbine-manual.pdf", "--kind", " "], "Name one of --title, --organisation, --year and --kind"),
        (["delete", "nowhere.pdf"], "No document is called nowhere.pdf"),
        (["show", "turbine-manual.pdf", "--page", "99"], "has 3 pages"),
        (["ask", "nowhere.pdf"], "looks like a file"),
        (["ask", "?"], "What is the question?"),
        (["search", ""], "What is the question?"),
        (["search", "Why?", "--collection", "nowhere"], "No collection is called nowhere: there are default"),
        (["list", "--collection", "nowhere"], "No collection is called nowhere"),
        (["ask", REPORT, "--document", "turbine-manual.pdf", "Why?"], "Name either files or"),
    ],
)
def test_a_mistake_is_answered_in_one_line(docqa: Run, words: list[str], said: str):
    done = docqa(*words)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_empty_library_says_what_to_do(docqa: Run, tmp_path: Path):
    assert "docqa ingest PATH" in docqa("ask", "Why?", data=tmp_path / "empty").stderr
    assert "docqa ingest PATH" in docqa("list", data=tmp_path / "empty").stdout


def test_search_shows_pages_best_first(docqa: Run):
    done = docqa("search", "flange bolts", "--limit", "2")
    assert done.stdout.splitlines()[0].startswith("  1. turbine-manual.pdf p. 2")
    found = json.loads(docqa("search", "flange bolts", "--limit", "2", "--json").stdout)
    assert [len(found["pages"]), found["pages"][0]["page"]] == [2, 2]


def test_search_can_be_narrowed_to_a_document(docqa: Run):
    found = json.loads(docqa("search", "flange bolts", "--document", "harbour-report-2024.pdf", "--json").stdout)
    assert {page["document"] for page in found["pages"]} == {"harbour-report-2024.pdf"}


def test_a_long_question_is_no_file_name(docqa: Run):
    assert docqa("search", "How tight must the bolts be? " * 40).returncode == 0
    assert docqa("ask", "How tight must the bolts be? " * 40).returncode == 0


def test_the_help_shows_its_examples_one_a_line(docqa: Run):
    assert '  docqa ask report.pdf "What was revenue in 2024?"' in docqa("--help").stdout


def test_a_terminal_that_lacks_a_letter_shows_another(docqa: Run, tmp_path: Path):
    shutil.copy(MANUAL, tmp_path / "Überblick.pdf")
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    assert (
        "berblick.pdf" in docqa("ask", str(tmp_path / "Überblick.pdf"), "How tight must the bolts be?", env=env).stdout
    )


def test_ingest_tells_what_it_did_and_exits_with_1_if_a_file_failed(docqa: Run, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.pdf").write_text("no pdf")
    shutil.copy(MANUAL, tmp_path / "in" / "copy.pdf")
    done = docqa("ingest", str(tmp_path / "in"))
    assert done.returncode == 1
    assert done.stderr.startswith("read 0 of 2 files (0 pages), 1 unchanged, 1 failed")
    assert "broken.pdf" in done.stderr
    assert "not a PDF" in done.stderr
    assert docqa("ingest", MANUAL).returncode == 0


def test_retry_failed_reads_what_has_become_readable(docqa: Run, tmp_path: Path):
    (tmp_path / "broken.pdf").write_text("no pdf")
    docqa("ingest", str(tmp_path / "broken.pdf"))
    done = docqa("ingest", "--retry-failed")
    assert done.returncode == 1
    assert "failed before" not in done.stderr
    assert docqa("delete", "broken.pdf").returncode == 0
    assert docqa("ingest", "--retry-failed").returncode == 0


def test_list_and_show_tell_what_the_library_holds(docqa: Run):
    listed = json.loads(docqa("list", "--json").stdout)["documents"]
    assert [(each["name"], each["state"], each["pages"], each["error"]) for each in listed] == [
        ("harbour-report-2024.pdf", "done", 4, ""),
        ("turbine-manual.pdf", "done", 3, ""),
    ]
    shown = docqa("show", "harbour-report-2024.pdf").stdout
    assert "text layer: 1-3" in shown
    assert "OCR: 4" in shown
    assert "Our fee for the audit" in docqa("show", "harbour-report-2024.pdf", "--page", "4").stdout
    assert json.loads(docqa("show", listed[1]["id"][:8], "--json").stdout)["name"] == "turbine-manual.pdf"


def test_describe_corrects_what_search_goes_by(docqa: Run):
    said = docqa("describe", "turbine-manual.pdf", "--organisation", "Quillon AG", "--year", "2011", "--kind", "tender")
    assert "by      Quillon AG  (corrected)" in said.stdout
    assert "year    2011  (corrected)" in docqa("show", "turbine-manual.pdf").stdout
    listed = json.loads(docqa("list", "--json").stdout)["documents"]
    [manual] = [each for each in listed if each["name"] == "turbine-manual.pdf"]
    assert (manual["organisation"], manual["year"], manual["kind"]) == ("Quillon AG", 2011, "tender")
    assert "1. turbine-manual.pdf" in docqa("search", "What does the tender of Quillon for 2011 say?").stdout
    back = docqa("describe", "turbine-manual.pdf", "--as-read", "organisation", "--as-read", "year", "--json")
    assert json.loads(back.stdout)["corrected"] == ["kind"]


def test_delete_gives_a_receipt_and_the_document_answers_no_more(docqa: Run):
    receipt = json.loads(docqa("delete", "turbine-manual.pdf", "--json").stdout)["deleted"][0]
    assert receipt["removed"]["pages"] == 3
    assert receipt["removed"]["files"] == 7
    assert json.loads(docqa("ask", "What does fault code E11 mean?", "--json").stdout)["status"] == "not_found"


def test_config_prints_every_setting_with_its_source(docqa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_ANSWER__PAGES", "3")
    settings = json.loads(docqa("config", "--json").stdout)
    assert settings["DOCQA_ANSWER__PAGES"] == {"value": "3", "source": "environment"}
    assert settings["DOCQA_DATA"]["source"] == "--data"
    assert "DOCQA_ANSWER__PAGES" in docqa("config").stdout


def test_a_misspelt_setting_stops_every_command(docqa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_ANSWERS__PAGES", "3")
    for command in (["list"], ["ask", "Why?"], ["config"]):
        done = docqa(*command)
        assert done.returncode == 1
        assert "Did you mean DOCQA_ANSWER__PAGES?" in done.stderr


def test_doctor_finds_nothing_wrong_with_a_sound_library_and_says_so(docqa: Run):
    done = docqa("doctor", "--json")
    assert done.returncode == 0
    assert {each["state"] for each in json.loads(done.stdout)["findings"]} == {"ok"}


def test_a_library_in_use_says_by_whom(docqa: Run, tmp_path: Path):
    holding = "import sys,time\nfrom pathlib import Path\nfrom docqa.processes.ownership import owned\n"
    holding += "with owned(Path(sys.argv[1]), 'a long ingest'):\n    print('held', flush=True)\n    time.sleep(60)"
    holder = subprocess.Popen(
        [sys.executable, "-c", holding, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        done = docqa("ask", "Why?")
    finally:
        holder.kill()
        holder.communicate()
    assert done.returncode == 1
    assert f"in use by process {holder.pid}, a long ingest" in done.stderr


def test_help_names_every_command():
    said = subprocess.run([*DOCQA, "--help"], capture_output=True, text=True).stdout
    assert all(
        name in said for name in ["ask", "config", "delete", "doctor", "eval", "ingest", "list", "search", "show"]
    )


def test_the_model_command_prints_a_line_for_a_shell(docqa: Run):
    line = docqa("model", "command", "--model", "/models/my phi").stdout
    assert line.startswith("vllm serve '/models/my phi' --max-model-len 131072")
    assert docqa("model", "command", "--profile", "text").returncode == 1
    assert "needs --model" in docqa("model", "command", "--profile", "phi-4-multimodal").stderr
    multimodal = docqa("model", "command", "--profile", "phi-4-multimodal", "--model", "/models/phi4").stdout
    assert "/models/phi4/vision-lora" in multimodal
    assert "does not fit" in docqa("model", "plan", "--gpu-memory", "4").stdout


def test_eval_counts_the_questions_of_a_pdf_that_cannot_be_read_as_missed(docqa: Run, tmp_path: Path):
    folder = tmp_path / "pdfs"
    folder.mkdir()
    shutil.copy(MANUAL, folder)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    rows = [
        {
            "id": "a",
            "question": "How tight must the flange bolts be?",
            "doc": "turbine-manual.pdf",
            "evidence_pages": [2],
        },
        {"id": "b", "question": "What was revenue?", "doc": "broken.pdf", "evidence_pages": [3]},
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(row) for row in rows))
    done = docqa("eval", str(questions), "--pdfs", str(folder), "--json", "--html", str(tmp_path / "report.html"))
    assert done.returncode == 0, done.stderr
    assert "broken.pdf" in done.stderr
    assert json.loads(done.stdout)["in_document"]["R@5"] == 0.5


def test_eval_knows_a_pdf_by_each_of_its_names(docqa: Run, tmp_path: Path):
    folder = tmp_path / "pdfs"
    folder.mkdir()
    rows = []
    for name in ("first.pdf", "second.pdf"):
        shutil.copy(MANUAL, folder / name)
        rows.append({"id": name, "question": "How tight must the bolts be?", "doc": name, "evidence_pages": [2]})
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(row | {"standalone": True}) for row in rows))
    summary = json.loads(docqa("eval", str(questions), "--pdfs", str(folder), "--json").stdout)
    assert summary["in_document"]["R@5"] == summary["corpus_standalone"]["R@5"] == 1.0
    assert summary["answers"]["in_document"]["gold_page_cited_first"] == 1.0
