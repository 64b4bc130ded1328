"""Texts of one's own, and the sentence polarity dataset."""

import os
import tarfile

import numpy as np
import pytest

from datasets.errors import DataUnavailable, WrongOption
from datasets.module import SplitData
from datasets.rt_polarity import RtPolarity
from datasets.splits import Sampling
from datasets.text import Texts

FILES = {"neg": "bad.txt", "pos": "good.txt"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bad.txt").write_text("a dull film .\n\n  \ndull\n")
    (tmp_path / "good.txt").write_text("a fine film\n")
    return tmp_path


def spoken(samples):
    """The texts as words."""
    rows = [row[row >= 0] for row in samples.inputs]
    return [" ".join(samples.vocabulary[word] for word in row) for row in rows]


def test_each_line_with_a_word_is_a_text(folder):
    samples = Texts(folder, FILES).load()
    assert spoken(samples) == ["a dull film .", "dull", "a fine film"]
    assert samples.class_names == ("neg", "pos")
    assert samples.labels.tolist() == [0, 0, 1]
    assert samples.kind == "texts"


def test_the_vocabulary_is_sorted_and_minus_one_stands_behind_the_last_word(folder):
    samples = Texts(folder, FILES).load()
    assert samples.vocabulary == (".", "a", "dull", "film", "fine")
    assert samples.inputs.dtype == np.int32
    assert samples.inputs.tolist() == [[1, 2, 3, 0], [2, -1, -1, -1], [1, 4, 3, -1]]


def test_classes_are_numbered_by_name_however_their_files_are_listed(folder):
    samples = Texts(folder, dict(reversed(FILES.items()))).load()
    assert samples.class_names == ("neg", "pos")


def test_a_folder_for_each_class_has_a_text_in_each_file(tmp_path):
    for name, text in {"neg/1.txt": "dull\nfilm", "neg/2.txt": "dull", "pos/1.txt": "fine"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    samples = Texts(tmp_path).load()
    assert spoken(samples) == ["dull film", "dull", "fine"]
    assert samples.labels.tolist() == [0, 0, 1]


def test_a_table_has_a_text_in_each_row(tmp_path):
    table = tmp_path / "reviews.csv"
    table.write_text('stars,review\n1,"dull, and\nlong"\n5,fine\n')
    samples = Texts(table, text_column="review", label_column="stars").load()
    assert spoken(samples) == ["dull, and long", "fine"]
    assert samples.class_names == ("1", "5")
    with pytest.raises(WrongOption, match="no column text; it has stars, review"):
        Texts(table).load()


def in_folders(folder, **texts):
    for name, text in texts.items():
        (folder / name).mkdir()
        (folder / name / "1.txt").write_text(text)
    return folder


def refusal(root, **options):
    with pytest.raises(WrongOption) as caught:
        Texts(root, **options).load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_without_a_word_is_named(tmp_path):
    """Regression: it was left out, and nobody told."""
    root = in_folders(tmp_path, neg="dull", pos="fine")
    (root / "pos" / "2.txt").write_text(" \n")
    assert refusal(root).startswith(f"dataset.root={root}: no word in pos/2.txt; write a text")


def test_a_class_folder_without_a_text_is_named(tmp_path):
    in_folders(tmp_path, neg="dull", pos="fine")
    (tmp_path / "odd").mkdir()
    expected = f"class folder {tmp_path / 'odd'} holds no .txt file; fill or remove it"
    assert refusal(tmp_path) == f"dataset.root={tmp_path}: {expected}"


def test_rows_without_text_or_label_are_named_by_their_lines(tmp_path):
    """Regression: rows without text were left out, and nobody told."""
    table = tmp_path / "reviews.csv"
    table.write_text("label,text\n1,dull\n5,\n5,fine\n5,\n")
    assert "nothing in column text of lines 3, 5; fill in or remove these" in refusal(table)
    table.write_text("label,text\n1,dull\n,fine\n")
    assert "nothing in column label of line 3; fill in or remove these" in refusal(table)


def test_two_columns_of_one_name_are_refused(tmp_path):
    """Regression: the last of them was taken, and nobody told."""
    table = tmp_path / "reviews.csv"
    table.write_text("label,text,text\n1,dull,fine\n5,fine,dull\n")
    assert refusal(table).endswith("several columns are named text; rename all but one of them")


def test_a_root_that_is_not_there_is_a_wrong_option(tmp_path):
    """Regression: a .csv file that was not there was called unavailable."""
    for name in ("nosuch", "nosuch.csv"):
        assert f"dataset.root={tmp_path / name}: there is no such" in refusal(tmp_path / name)


def test_lines_do_not_end_at_characters_of_older_encodings(folder):
    (folder / "bad.txt").write_bytes(b"dull \x85 film\n")
    assert spoken(Texts(folder, FILES, encoding="cp1252").load())[0] == "dull … film"
    assert spoken(Texts(folder, FILES, encoding="latin-1").load())[0] == "dull film"


def test_a_byte_of_another_encoding_is_refused_with_file_line_and_remedy(folder):
    """Regression: among files in UTF-8 the remedy was another encoding, and then UTF-8 again."""
    (folder / "good.txt").write_bytes("fine\ncliché\n".encode("latin-1"))
    with pytest.raises(WrongOption) as caught:
        Texts(folder, FILES).load()
    assert (caught.value.field, caught.value.value) == ("dataset.encoding", "utf-8")
    file = folder / "good.txt"
    for part in (
        f"line 2 of {file} is not utf-8; convert this file",
        f"(iconv -f latin1 -t utf-8 {file} > NEW)",
        "if all files are written alike, give their encoding, such as dataset.encoding=latin-1",
    ):
        assert part in caught.value.remedy
    (folder / "bad.txt").write_bytes("un cliché\n".encode())
    with pytest.raises(WrongOption) as caught:
        Texts(folder, FILES, encoding="latin-1").load()
    assert "dataset.encoding=utf-8, and convert the files that are not" in caught.value.remedy


@pytest.mark.parametrize(("written", "read"), [("utf-8", "latin-1"), ("utf-16", "latin-1")])
def test_an_encoding_that_takes_any_byte_does_not_hide_another(folder, written, read):
    (folder / "good.txt").write_bytes("un cliché\n".encode(written))
    with pytest.raises(WrongOption, match=f"dataset.encoding={written}"):
        Texts(folder, FILES, encoding=read).load()


@pytest.mark.parametrize(
    ("written", "told"),
    [("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")],
)
def test_a_file_in_utf_16_is_told_as_such(folder, written, told):
    """Regression: the remedy was dataset.encoding=latin-1."""
    file = folder / "good.txt"
    file.write_bytes("a fine film\n".encode(written))
    found = refusal(folder, files=FILES)
    assert f"{file} is written in {told.upper()}; convert this file (iconv -f {told} " in found
    assert found.endswith(f"give dataset.encoding={told}")
    (folder / "bad.txt").write_bytes("a dull film\n".encode(written))
    assert len(Texts(folder, FILES, encoding=told).load()) == 2


def test_utf_8_read_as_utf_16_and_files_that_are_no_text_are_told(folder):
    (folder / "bad.txt").write_bytes(b"dull\n\n")
    found = refusal(folder, files=FILES, encoding="utf-16")
    assert "bad.txt is written in UTF-8; give dataset.encoding=utf-8" in found
    (folder / "bad.txt").write_bytes(b"dull\nfilm\0")
    assert "line 2 of" in (found := refusal(folder, files=FILES))
    assert "has NUL characters: it is no text, or of another encoding, such as" in found


def test_a_mark_at_the_beginning_of_a_file_is_no_word(folder):
    (folder / "good.txt").write_bytes("fine\n".encode("utf-8-sig"))
    assert spoken(Texts(folder, FILES).load())[-1] == "fine"


def test_texts_that_occur_twice_are_told(folder):
    assert Texts(folder, FILES).load().caveats == (
        "only 3 texts: splits overlap from seed to seed",
    )
    (folder / "good.txt").write_text("dull\nfine\n")
    _, told, unlike = Texts(folder, FILES).load().caveats
    assert "2 of 4 texts occur more than once" in told
    assert "2 of these stand in several classes" in unlike


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"encoding": "utf-9"}, "dataset.encoding"),
        ({"encoding": "rot13"}, "dataset.encoding"),
        ({"encoding": 8}, "dataset.encoding"),
        ({"files": ["bad.txt"]}, "dataset.files"),
        ({"files": {"neg": 3}}, "dataset.files"),
        ({"files": {"neg": "bad.txt"}}, "dataset.files"),
        ({"files": {"neg": "bad.txt", "pos": "empty.txt"}}, "dataset.files"),
        ({}, "dataset.root"),
    ],
)
def test_a_wrong_option_names_its_field(folder, options, field):
    (folder / "empty.txt").write_text(" \n")
    with pytest.raises(WrongOption) as caught:
        Texts(folder, **options).load()
    assert caught.value.field == field


def test_files_are_looked_for_in_the_data_folder_and_the_cache(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    with pytest.raises(WrongOption, match=r"no bad\.txt, good\.txt in .*/cache/text; .*; give the"):
        Texts(files=FILES).load()
    monkeypatch.chdir(folder)
    found = Texts(files=FILES).load()
    assert (len(found), found.origin) == (3, str(folder))
    monkeypatch.chdir(tmp_path.parent)
    (tmp_path / "data" / "text").mkdir(parents=True)
    for name in FILES.values():
        (folder / name).rename(tmp_path / "data" / "text" / name)
    assert len(Texts(files=FILES).load()) == 3


def test_files_of_several_folders_are_not_mixed(folder, tmp_path, monkeypatch):
    """Regression: a good.txt in the working folder joined the bad.txt of the data folder."""
    data = tmp_path / "data" / "text"
    data.mkdir(parents=True)
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(folder)
    (folder / "bad.txt").rename(data / "bad.txt")
    with pytest.raises(WrongOption, match=r"not all of bad\.txt, good\.txt together in "):
        Texts(files=FILES).load()
    (data / "good.txt").write_text("fine\n")
    assert Texts(files=FILES).load().origin == str(data)


@pytest.fixture
def polarity(tmp_path, monkeypatch):
    """The files of the sentence polarity dataset, cut short, in a folder of their own."""
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "rt-polaritydata"
    folder.mkdir()
    (folder / "rt-polarity.neg").write_bytes(b"dull .\nno clich\xe9 is missing\n")
    (folder / "rt-polarity.pos").write_bytes(b"fine .\n")
    return folder


def test_sentence_polarity_comes_from_its_folder_or_its_archive(polarity, tmp_path):
    archive = tmp_path / "rt-polaritydata.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(polarity, polarity.name)
    for root in (polarity, archive):
        samples = RtPolarity(root).load()
        assert spoken(samples) == ["dull .", "no cliché is missing", "fine ."]
        assert samples.class_names == ("neg", "pos")
        assert "not whole reviews" in samples.caveats[0]
        assert "2 + 1 sentences, not the published 5331 + 5331" in samples.caveats[1]


def test_sentence_polarity_is_not_looked_for_in_the_working_folder(polarity, tmp_path, monkeypatch):
    placed = tmp_path / "cache" / "text"
    placed.mkdir(parents=True)
    for name in ("rt-polarity.neg", "rt-polarity.pos"):
        (placed / name).write_text("other\n")
    monkeypatch.chdir(polarity)
    samples = RtPolarity().load()
    assert (spoken(samples), samples.origin) == (["other", "other"], str(placed))


def test_without_the_files_the_remedy_names_their_home(polarity, monkeypatch):
    import dataclasses

    nobody = dataclasses.replace(RtPolarity.published, mirrors=("http://127.0.0.1:9",))
    monkeypatch.setattr(RtPolarity, "published", nobody)
    with pytest.raises(DataUnavailable, match=r"cs\.cornell\.edu.*SCARCE_DATA"):
        RtPolarity().load()


@pytest.mark.real_data
def test_the_real_sentences():
    samples = RtPolarity(os.path.join(os.environ["SCARCE_DATA"], "text")).load()
    assert np.bincount(samples.labels).tolist() == [5331, 5331]
    assert spoken(samples)[0] == "simplistic , silly and tedious ."
    assert len(samples.caveats) == 1


def test_a_split_has_labelled_unlabelled_and_so_many_test_texts(tmp_path):
    (tmp_path / "bad.txt").write_text("".join(f"dull {n}\n" for n in range(40)))
    (tmp_path / "good.txt").write_text("".join(f"fine {n}\n" for n in range(40)))
    samples = Texts(tmp_path, FILES).load()
    sampling = Sampling(8, "stratified", stratified=True, test_share=2, unlabelled=62)
    data = SplitData(samples, sampling.split(samples, 0, 0))
    sizes = [len(data.train_inputs), len(data.unlabelled_inputs), len(data.test_inputs)]
    assert sizes == [8, 62, 2]
    assert sorted(data.test_labels.tolist()) == [0, 1]
    assert data.words == len(samples.vocabulary)
