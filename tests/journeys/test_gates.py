"""A landing by request: proof dropped on the page, a second person returns it with words, the operator mends.

Nobody decides what they asked for themselves.
"""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PDF, make_credit_code
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser

OPERATOR = "op-zhangjiang"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DROP = """(target, files) => {
  const transfer = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const init = { bubbles: true, cancelable: true, dataTransfer: transfer };
  target.dispatchEvent(new DragEvent("dragover", init));
  target.dispatchEvent(new DragEvent("drop", init));
}"""


def ready_but_for_the_registration(site: Site) -> str:
    """A project in incubation with its company and its credit, by REST; its path on the site."""

    def send(method: str, path: str, body: Any, **headers: str) -> Any:
        answer = site.call(method, path, body, account=OPERATOR, **headers)
        assert answer.status in (200, 201), (path, answer.content)
        return answer

    company = {"incubator": "jy-zhangjiang", "name_zh": "示例门槛公司", "credit_code": make_credit_code()}
    enterprise = send("POST", "enterprises/", company).json["id"]
    record = send(
        "POST",
        "projects/",
        {
            "incubator": "jy-zhangjiang",
            "name_zh": "示例门槛项目",
            "first_contact_on": "2026-02-01",
            "sector": "life-health",
            "team_lead": "示例负责人",
            "lead_source": "event",
            "summary": "示例项目，用于走通门槛。",
            "enterprise": enterprise,
        },
    ).json["id"]
    upload = _upload(site, "示例协议.pdf", PDF + b"agreement")
    signed = {"kind": "signed", "on": "2026-02-10", "evidence": [upload]}
    send("POST", f"projects/{record}/facts/", signed)
    path = f"projects/{record}/credit-shares/"
    etag = site.call("GET", path, account=OPERATOR).headers["ETag"]
    send("PUT", path, {"shares": [{"incubator": "jy-zhangjiang", "percent": "100"}]}, If_Match=etag)
    for stage in ("screening", "incubating"):
        send("POST", f"projects/{record}/moves/", {"to_stage": stage, "on": "2026-02-20"})
    send("POST", f"projects/{record}/facts/", {"kind": "registered", "on": "2026-03-01"})
    return f"/projects/{record}/"


def _upload(site: Site, name: str, content: bytes) -> int:
    import json
    import urllib.request

    border = "gates"
    body = (
        f'--{border}\r\nContent-Disposition: form-data; name="incubator"\r\n\r\njy-zhangjiang\r\n'
        f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: application/pdf\r\n\r\n"
    ).encode() + content + f"\r\n--{border}--\r\n".encode()  # fmt: skip
    request = urllib.request.Request(f"{site.address}/api/v1/evidence/", method="POST", data=body)
    request.add_header("Content-Type", f"multipart/form-data; boundary={border}")
    request.add_header("Authorization", f"Bearer {site.token(OPERATOR)}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        number: int = json.loads(answer.read())["id"]
        return number


def drop(page: Page, place: str, *files: tuple[str, str, bytes]) -> None:
    """Drop files beside the file field, as a hand would."""
    coded = [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files]
    page.locator(place).evaluate(DROP, coded)


def looks_at(person: Visitor, review: str) -> Page:
    """Open a request as a person does: the keys belong to the page, not to the viewer of a PDF on it."""
    page = person.opens(review)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.activeElement.tagName") != "IFRAME"
    return page


def ask_for_the_landing(operator: Visitor, project: str) -> str:
    """From the project page to the request: two clicks. The address of its review."""
    page = operator.opens(project)
    page.click(".page-head-actions .btn-primary")
    page.wait_for_url("**/request/landed/")
    page.fill("input[name=on]", "2026-03-05")
    page.click("form.form button.btn-primary")
    page.wait_for_url(f"**{project}*")
    expect(page.locator("#gate-landed form[action$='/withdraw/']")).to_have_count(1)
    found = operator.site.every("gate-requests/?state=open", account=OPERATOR)
    return next(f"/projects/requests/{row['id']}/" for row in found if f"/{row['project']}/" in project)


def state_after(page: Any, site: Site, path: str, wanted: str) -> str:
    """The state of the request once it is what is wanted, or after ten seconds."""
    state = ""
    for _wait in range(50):
        state = site.call("GET", path, account=OPERATOR).json["state"]
        if state == wanted:
            break
        page.wait_for_timeout(200)
    return state


def test_a_landing_is_requested_returned_mended_and_approved(
    site: Site, visitor: Any, tmp_path: Path
) -> None:
    project = ready_but_for_the_registration(site)
    operator = visitor(OPERATOR)
    page = operator.opens(project)
    expect(page.locator(".next-line")).to_contain_text("落户")

    drop(
        page,
        "#fact-registered .drop-small span",
        ("示例执照.pdf", "application/pdf", PDF + b"licence"),
        ("示例照片.png", "image/png", PNG),
    )
    expect(page.locator("#fact-registered .factcard-line a")).to_have_count(2)
    review = ask_for_the_landing(operator, project)

    # Whoever asked sees how it stands, and has nothing to decide with.
    assert operator.opens(review).locator("[data-review-approve]").count() == 0
    refused = site.call("POST", f"gate-requests/{review.split('/')[-2]}/approve/", {}, account=OPERATOR)
    assert refused.status == 403

    park = visitor("park-jiangyin")
    page = looks_at(park, review)
    expect(page.locator(".review-proof img, .review-proof iframe")).to_have_count(2)
    page.keyboard.press("r")
    expect(page.locator("textarea:focus")).to_have_count(1)
    page.keyboard.type("执照上的日期与所填不符")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    assert state_after(page, site, f"gate-requests/{review.split('/')[-2]}/", "returned") == "returned"

    page = operator.opens(project)
    expect(page.locator("#gate-landed")).to_contain_text("执照上的日期与所填不符")
    page.click("#gate-landed .tasks a.btn")
    page.fill("input[name=on]", "2026-03-02")
    page.click("form.form button.btn-primary")
    page.wait_for_url(f"**{project}*")
    review = ask_for_the_landing(operator, project)

    page = looks_at(park, review)
    expect(page.locator("form.review")).to_contain_text("2026-03-02")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: review not in url)
    number = project.strip("/").split("/")[-1]
    assert site.call("GET", f"projects/{number}/", account=OPERATOR).json["stage"] == "landed"
    log = site.every(f"projects/{number}/stage-log/", account=OPERATOR)
    assert [row["moved_by"] for row in log if row["to_stage"] == "landed"] == [OPERATOR]
