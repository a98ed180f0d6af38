"""The update form as a browser sends it."""

from __future__ import annotations

from django.test import Client
from lxml import html

from meetings.models import Account, Task


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def parsed(response) -> html.HtmlElement:
    return html.fromstring(response.content)


def update_form(page: html.HtmlElement) -> html.FormElement:
    [form] = page.xpath("//form[contains(@class, 'update-form')][.//*[@name='status_was']]")
    return form


def send(client: Client, address: str, form: html.FormElement, **typed: object):
    """Send a form as a browser would: all its fields as they stand, but for what is ``typed``."""
    values = {**dict(form.form_values()), **{name: str(value) for name, value in typed.items()}}
    return client.post(form.action or address, values)


def save(client: Client, task: Task, query: str = "", **typed: object):
    """Open the task's page, type into its form, send it."""
    address = f"/tasks/{task.pk}/" + (f"?{query}" if query else "")
    return send(client, address, update_form(parsed(client.get(address))), **typed)


def options(form: html.FormElement, name: str) -> list[str]:
    return [option.get("value") for option in form.inputs[name].xpath(".//option")]


def errors_by_field(page: html.HtmlElement) -> dict[str, str]:
    """Return what stands beside the fields of the update form; "" is what stands above them."""
    form = update_form(page)
    found = {
        error.get("id").removeprefix("id_").removesuffix("_error"): error.text_content().strip()
        for error in form.xpath(".//*[contains(@class, 'invalid-feedback')]")
    }
    above = form.xpath("preceding-sibling::*[contains(@class, 'alert-danger')]")
    return found | ({"": above[0].text_content().strip()} if above else {})


def opened(client: Client, task: Task) -> html.FormElement:
    return update_form(parsed(client.get(f"/tasks/{task.pk}/")))
