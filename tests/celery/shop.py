"""Tasks of the proof: one that answers and counts its runs, one that fails."""

import os

import redis
from celery import Celery

URL = os.environ["BROKER_URL"]
app = Celery("shop", broker=URL, backend=URL)
app.conf.worker_enable_remote_control = False
counter = redis.Redis.from_url(URL)


@app.task(name="shop.charge")
def charge(amount, currency="EUR"):
    counter.incr("runs")
    return {"charged": amount, "currency": currency}


@app.task(name="shop.decline")
def decline():
    raise ValueError("no money")
