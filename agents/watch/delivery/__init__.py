"""How alerts leave: `files` are alerts.jsonl and alerts.csv, `webhook` posts what the state holds until it is taken.

Others use `write_files`, `Webhook` and `deliver`.
"""

from fewsight.agents.watch.delivery.files import write_files
from fewsight.agents.watch.delivery.webhook import Delivered, Webhook, deliver, secret_of_environment

__all__ = ["Delivered", "Webhook", "deliver", "secret_of_environment", "write_files"]
