import pickle

from datasets.errors import DataDamaged, DataUnavailable, WrongOption


def test_a_wrong_option_names_field_value_and_remedy_in_one_line():
    error = WrongOption("dataset.train_size", 900, "at most 288")
    assert str(error) == "dataset.train_size=900: at most 288"
    assert isinstance(error, ValueError)


def test_errors_survive_the_way_back_from_a_worker_process():
    errors = [
        WrongOption("dataset.classes", [0], "list two"),
        DataUnavailable("no connection", "set SCARCE_DATA"),
        DataDamaged("a.gz", "md5:1", "md5:2"),
    ]
    for error in errors:
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error)
        assert str(copy) == str(error)
        assert vars(copy) == vars(error)
