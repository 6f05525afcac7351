"""Commands and snippets of the pages that are not run here, each with its reason or the test that runs it."""

#: What needs something a test must not have: a network, a terminal, another checkout, a whole build.
NOT_RUN = {
    "git clone https://github.com/trucewatch/trucewatch": "fetches the project from its public address",
    "cd trucewatch": "enters the clone",
    ". .venv/bin/activate": "opens the environment for the commands that follow",
    "make reports": "the whole build; .ci/run calls it on a clean clone",
    "make lab       # JupyterLab on the same tables": "opens JupyterLab until it is stopped",
    "make test-scale": "installs Spark; .ci/run calls it",
    "trucewatch watch my_products.csv --days 90 --ics my_products.ics --atom my_products.xml": (
        "needs a list of the reader's; tests/unit/test_feeds.py watches one"
    ),
    "make wheel": "tests/unit/test_wheel.py builds it",
    "pip install dist/trucewatch-0.2.0-py3-none-any.whl": "tests/unit/test_wheel.py does so",
    "trucewatch report brief -p outside_index=my_index.csv": "needs an index of the reader's own",
    "trucewatch trial FILE… --out differences.csv": (
        "needs files of peers that are not bundled; tests/unit/test_trial.py runs it on made ones"
    ),
    "make test      # build what the tests need, run them": "runs this test; .ci/run calls it",
}
#: By page, what CI leaves to `make test-exhaustive`: heavy commands, each like one that it runs elsewhere.
BEFORE_A_RELEASE = {
    "README.md": {"trucewatch sweep soybeans -p target_mt=12,15"},  # docs/tutorial.md
    "docs/howto/scenario.md": {
        "dvc exp run -S scenarios.name=toys_ten",  # README.md, on another report
        "trucewatch scenario toys_ten --own 3 2 1.5 0.9 --draws 200",
    },
}
#: Python blocks, by page and first line.
NOT_RUN_PYTHON = {
    ("docs/data_set.md", "import pandas as pd"): "reads the packed data; tests/unit/test_data_set.py runs it",
    ("docs/design.md", "from trucewatch.page import open_report"): (
        "a sketch of the interface with … for texts; tests/fixtures/notebooks/sample.ipynb makes every call"
    ),
    ("docs/scaling.md", "from pyspark.sql import SparkSession"): (
        "needs a cluster; tests/scale/test_spark.py makes the same calls on Spark's local mode"
    ),
}
