"""How pages look and are used: colours, the keyboard, small screens, what is kept for later."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_dark_and_light_are_the_system_s_until_somebody_chooses(open_window: Callable[..., Page]) -> None:
    def ground(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light, dark = open_window(color_scheme="light"), open_window(color_scheme="dark")
    for page in (light, dark):
        page.goto("/login")
    assert ground(light) != ground(dark)
    light.get_by_role("button", name="Dark or light").click()
    assert ground(light) == ground(dark)
    light.goto("/signup")
    assert ground(light) == ground(dark)


def test_the_service_worker_keeps_static_files_and_no_page(window: Page) -> None:
    window.goto("/")
    window.evaluate("navigator.serviceWorker.ready.then(() => true)")
    window.reload()
    window.reload()
    kept = window.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(c => c.keys()))))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    assert kept
    assert all(path.startswith("/static/") for path in kept)


def test_the_keyboard_alone_leads_through_the_login(window: Page) -> None:
    window.goto("/login")
    window.keyboard.press("Tab")
    expect(window.get_by_role("link", name="Skip to the content")).to_be_focused()
    window.keyboard.press("Enter")
    window.keyboard.press("Tab")
    expect(window.get_by_label("User name")).to_be_focused()


def test_nothing_is_wider_than_the_smallest_screen(open_window: Callable[..., Page]) -> None:
    phone = open_window(viewport={"width": 360, "height": 740}, locale="th-TH")
    for path in ("/", "/login", "/signup"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, path
