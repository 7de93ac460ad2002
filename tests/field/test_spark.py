"""Spark reads what was pulled as it is: it counts what DuckDB counts, and folds what the services fold."""

import os
import shutil
import sys
from datetime import UTC, datetime

import pytest
from pyspark.errors import PythonException
from pyspark.sql import SparkSession

from chassis.transport.cloudevents import WITHHELD
from contracts.event import converter
from history.database import opened
from history.errors import HistoryError, WrongFolder
from history.folder import Folder
from history.models import MODELS
from history.replay import History
from history.shown import SHOWN
from history.spark import events, folded, read_model
from tests.history.origins import Origin, pull

MOMENT = datetime(2024, 6, 30, 21, 59, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark():
    """In this process and a machine of Java beside it; in Swedish time, as an analyst's may be."""
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    settings = {
        "spark.sql.session.timeZone": "Europe/Stockholm",
        "spark.sql.shuffle.partitions": "3",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def told(spark, path):
    return events(spark, path).cache()


@pytest.fixture
def ask(path):
    with opened(path) as database:
        yield lambda question: database.ask(question).fetchall()


def wall_of(told):
    return folded(told, "failure_wall").collect()


def counts(frame, *columns):
    return sorted(tuple(row) for row in frame.groupBy(*columns).count().collect())


def test_every_service_month_and_type_is_counted_as_duckdb_counts_it(told, ask):
    counted = ask("SELECT service, month, type, count(*) FROM events GROUP BY ALL ORDER BY ALL")
    assert counted
    assert counts(told, "service", "month", "type") == counted


def test_a_folder_is_read_without_anything_of_ours(spark, path, told):
    plain = spark.read.parquet(str(path / "events"))
    assert plain.count() == Folder(path).manifest().events
    assert {row.service for row in plain.where(f"type = '{WITHHELD}'").collect()} == {"notifications"}
    assert set(plain.columns) == set(told.columns)
    assert counts(plain.where("id IS NOT NULL"), "service", "month") == counts(told, "service", "month")
    assert sorted(wall_of(plain)) == sorted(wall_of(told))


def test_what_no_manifest_names_does_not_count(spark, path, told, tmp_path):
    copy = shutil.copytree(path, tmp_path / "history")
    part = next(part for part in Folder(copy).manifest().parts if part.month != "unknown")
    shutil.copy(copy / part.path, (copy / part.path).with_name("999999.parquet"))
    assert events(spark, copy).count() == told.count()


def test_a_moment_is_the_same_moment_in_any_time_zone(told, path):
    seen = told.select("id", "recorded_at").toArrow().to_pydict()
    assert dict(zip(seen["id"], seen["recorded_at"], strict=True)) == {
        each.id: each.recorded_at for each in History.open(path).events()
    }


@pytest.mark.parametrize("name", MODELS)
def test_each_read_model_has_the_rows_that_a_replay_has(told, path, name):
    rows = {each.key: converter.loads(each.row, MODELS[name].row) for each in folded(told, name).collect()}
    assert rows == History.open(path).read_model(name).rows


def test_the_failure_wall_is_the_one_that_duckdb_shows(told, path):
    columns = [column.name for column in SHOWN["failures"].columns]
    wall = read_model(told, "failure_wall").where("shown").select(*columns).orderBy("experiment_id").toArrow()
    with opened(path) as database:
        shown = database.table("FROM failures ORDER BY experiment_id")
    assert shown.num_rows
    assert wall.cast(shown.schema).to_pylist() == shown.to_pylist()


def test_the_failure_wall_as_it_was_known_at_a_moment(told, path):
    known = told.where(f"recorded_at <= timestamp '{MOMENT.isoformat()}'")
    rows = {each.key: converter.loads(each.row, MODELS["failure_wall"].row) for each in wall_of(known)}
    assert rows == History.open(path).as_of(MOMENT).read_model("failure_wall").rows
    assert 0 < len(rows) < len(wall_of(told))


def test_a_fold_that_raises_is_told_with_the_event(told):
    foreign = told.where("type = 'experiment-failed.v1'").limit(1).selectExpr("*", "'{}' AS none")
    broken = foreign.drop("data").withColumnRenamed("none", "data")
    with pytest.raises(PythonException, match=r"experiments/\d:\d+: experiment-failed.v1: the fold raised"):
        wall_of(broken)


def test_a_read_model_that_there_is_none_of_is_told_with_those_that_there_are(told):
    with pytest.raises(HistoryError, match=r"coffee_board: is no read model; there are .*failure_wall"):
        read_model(told, "coffee_board")


def test_a_folder_that_nothing_was_pulled_into(spark, tmp_path):
    with pytest.raises(WrongFolder, match="no history was pulled into it"):
        events(spark, tmp_path)


def test_a_history_in_which_nothing_happened_yet_has_the_same_columns(spark, told, tmp_path):
    pull(Folder(tmp_path / "history"), Origin("ideas", {0: []}))
    empty = events(spark, tmp_path / "history")
    assert (empty.schema, empty.count()) == (told.schema, 0)
    assert read_model(empty, "failure_wall").columns[0] == "experiment_id"
