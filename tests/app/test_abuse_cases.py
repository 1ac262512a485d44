"""What is tried against the REST side and by operators' accounts, each case with the tests that show it is in vain.

The numbers are those of our list of abuse cases; a test that is renamed or deleted is missed here.
"""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
# The case: the tests, by module and the beginning of their names.
CASES = {
    "C1 operators and other types for each text": {"app/api/test_models.py": ["what_is_not_a_text"]},
    "C2 names of filters and orders from the client": {
        "app/api/test_paging.py": ["a_query_that_is_not_declared", "a_filter_is_checked"]
    },
    "C3 a role, or more than a profile, for oneself": {"app/api/test_account.py": ["nobody_hands_himself"]},
    "C4 every route by every role": {
        "app/api/test_policy.py": ["a_route_lets_in_whom_it_declares", "a_route_that_declares_nothing"]
    },
    "C5 admins who rise, the last root, peers": {
        "app/api/test_users.py": ["admins_make_users", "an_admin_raises_nobody", "the_last_root", "two_roots"],
        "app/api/test_personal_data.py": ["an_admin_deletes", "the_last_root"],
    },
    "C6 what is another's, by path and in bodies": {
        "app/api/test_policy.py": ["what_is_somebody_elses_looks", "what_is_somebody_elses_cannot_be_named"],
        "app/api/test_account.py": ["a_driver_blocks_his_own_tag"],
    },
    "C7 lists that tell of others, of serial numbers, of keys": {
        "app/api/test_policy.py": ["no_list_for_users_tells_of_somebody_else"]
    },
    "C8 every defect of a token": {
        "app/api/test_auth.py": [
            "a_token_with_a_defect",
            "a_token_with_a_changed_payload",
            "an_access_token_does_not_refresh",
            "logging_out",
            "a_new_password",
            "a_disabled_account",
            "a_changed_role",
            "a_login_does_not_survive",
        ],
        "app/api/test_personal_data.py": ["a_deleted_account_is_gone"],
    },
    "C9 a refresh token used twice": {"app/api/test_auth.py": ["a_refresh_token_is_good_once"]},
    "C10 tokens while the database is away": {"app/api/test_health.py": ["while_the_database_hangs"]},
    "C11 cookies, and other sites": {
        "app/web/test_logins.py": ["the_cookie_is_sent", "a_change_by_the_cookie", "no_route_changes", "no_other_site"]
    },
    "C12 guessed passwords": {
        "app/api/test_account.py": ["guesses_look_and_last", "ten_wrong_passwords", "a_logged_in_stranger"],
        "app/api/test_proxies.py": ["guesses_are_counted"],
    },
    "C13 long passwords": {"app/api/test_models.py": ["what_is_not_a_text", "passwords_to_be_changed"]},
    "C14 large, deep, endless and packed bodies": {
        "app/api/test_http.py": [
            "a_body_that_is_not_json",
            "a_body_that_is_too_large",
            "another_media_type",
            "the_server_stays_well",
        ],
        "app/test_http_worker.py": ["many_who_do_not_finish", "a_request_has_to_be_here", "the_longest_silent"],
    },
    "C15 keys, pages and numbers that are none": {
        "app/api/test_paging.py": ["a_limit_has_bounds", "a_key_that_is_nothing", "a_cursor_that_is_none"]
    },
    "C16 headers for browsers": {
        "app/api/test_http.py": ["every_answer_has_an_id_and_headers", "browsers_are_told_to_stay_with_tls"]
    },
    "C17 errors that tell too much": {
        "app/api/test_http.py": ["a_request_that_is_not_http", "every_answer_has_an_id"],
        "ocpp_server/test_door.py": ["no_answer_names_the_server_software"],
    },
    "C18 lines in the log, and secrets": {
        "app/test_logs.py": ["what_a_stranger_wrote", "a_megabyte_is_cut", "no_password_token_or_tag"]
    },
    "C19 who did what": {
        "app/api/test_audit.py": ["a_change_is_told", "the_log_cannot_be_changed", "what_root_does"],
        "app/test_commands.py": [
            "a_command_to_a_charge_point_that_is_offline",
            "drivers_and_staff_see_the_commands_they_gave",
        ],
    },
    "D9 two clicks, a start while another is under way, an offline charge point": {
        "app/test_sessions.py": ["of_many_drivers_who_press_start"],
        "app/test_commands.py": ["a_command_to_a_charge_point_that_is_offline"],
    },
    "D10 one command for all charge points": {
        "app/test_command_batches.py": [
            "no_more_charge_points_are_asked",
            "a_cancelled_batch",
            "the_role_of_the_action",
        ],
        "app/api/test_firmware_campaigns.py": ["one_succeeds", "too_many_failures_stop_it"],
    },
}


@pytest.mark.parametrize("case", CASES)
def test_a_case_has_its_tests(case: str) -> None:
    for module, beginnings in CASES[case].items():
        names = re.findall(r"^def test_(\w+)", (TESTS / module).read_text(), re.MULTILINE)
        for beginning in beginnings:
            assert any(name.startswith(beginning) for name in names), f"{module}: test_{beginning}…"


def test_no_case_is_forgotten() -> None:
    numbers = {case.partition(" ")[0] for case in CASES}
    assert numbers == {f"C{number}" for number in range(1, 20)} | {"D9", "D10"}
