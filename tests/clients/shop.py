"""A program that uses the client: told where the service is and with which token, it says what it found."""

import json
import sys

sys.path.insert(0, sys.argv[1])

from stator_client import Client, StatorError  # noqa: E402


def code_of(call):
    try:
        call()
    except StatorError as error:
        return [error.status, error.code]
    return None


def message_of(call):
    try:
        call()
    except TypeError as error:
        return str(error)
    return None


client = Client(sys.argv[2], token=lambda: sys.argv[3])
stranger = Client(sys.argv[2])

created = client.create_entity(entity_id="py-1", body={"machine_name": "order", "context": {"total": 40}})
paid = client.send_event(entity_id="py-1", body={"trigger": "pay"}, idempotency_key="py-key")
again = client.send_event(entity_id="py-1", body={"trigger": "pay"}, idempotency_key="py-key")
refused = client.send_event(entity_id="py-1", body={"trigger": "pay"})
history = client.get_history(entity_id="py-1", limit=50)
page = client.list_dead_letters(limit=1)
checked = client.validate_machine(body="meta:\n  machine_name: x\n")

print(json.dumps({
    "created": created["current_state"],
    "paid": [paid["success"], paid["target_state"]],
    "is_same": paid["event_id"] == again["event_id"],
    "refused": [refused["success"], refused["error_detail"]["code"]],
    "triggers": [row["trigger"] for row in history],
    "dead_letters": [page["records"], page["total"], page["has_more"]],
    "terminal": client.list_entities(is_terminal=False)["total"],
    "checked": checked["valid"],
    "missing": code_of(lambda: client.get_entity(entity_id="nobody")),
    "stranger": code_of(stranger.get_me),
    "wrong_argument": message_of(lambda: client.get_entity(colour="red", entity_id="x")),
    "step_up": message_of(lambda: client.get_entity(entity_id="..")),
    "llms": client.get_llms_text().startswith("# Stator"),
    "unreachable": code_of(Client("http://127.0.0.1:1").get_health),
}))
