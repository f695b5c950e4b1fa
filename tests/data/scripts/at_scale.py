"""Puts records through Spark as docs/at-scale.md does: at_scale.py PROGRAM RECORDS ANSWERS."""

import os
import shlex
import sys

os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

from pyspark.sql import SparkSession

program, records, answers = sys.argv[1:]
spark = (
    SparkSession.builder.appName("armbody")
    .master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
command = f"{shlex.quote(program)} lint --stream --no-config --exit-zero"
lines = spark.sparkContext.textFile(records, minPartitions=6)
found = lines.pipe(command, env={**os.environ, "RAYON_NUM_THREADS": "1"}, checkCode=True).collect()
print(lines.getNumPartitions(), "partitions")
with open(answers, "w", encoding="utf-8", newline="\n") as out:
    out.writelines(line + "\n" for line in found)
spark.stop()
