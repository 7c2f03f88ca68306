"""The main job of `make run`: from a catalogue file to a published price and an answered question."""

from concurrent.futures import ThreadPoolExecutor

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.account import Account
from local.job.client import Api
from local.job.main_job import MainJob
from local.job.market import control, open_market
from local.job.material import Material
from local.job.real_material import material

DAYS_BETWEEN_THE_SCANS = 30
# A function's first start takes a second or more; these start one ahead of the step that needs them.
IN_ORDER_OF_USE = (
    "products-api",
    "pricing-api",
    "pricing-record-products",
    "scheduler-api",
    "scheduler-start-job",
    "pricing-plan-scan",
    "pricing-scan-pages",
    "pricing-record-observations",
    "scheduler-record-progress",
    "pricing-decide",
    "pricing-publish",
    "products-prices",
    "assistant-api",
    "assistant-answer",
    "pricing-questions",
)


def run(stack: Stack, given: Material | None = None, *, domain: str = "example.com") -> Account:
    """Do the whole job against a running local cloud, as the organisation of a domain; returns its account."""
    chosen = given or material()
    administrator = ensure_administrator(stack, domain)
    with stack.steps.step("Simulated market"):
        open_market(stack, chosen)
    api, colleague = Api(stack.outputs.api_url), Api(stack.outputs.api_url)
    job = MainJob(api, colleague, chosen, stack.steps)
    ahead = ThreadPoolExecutor(1)
    ahead.submit(stack.functions.warm, IN_ORDER_OF_USE)
    try:
        job.sign_in(administrator)
        job.import_catalogue()
        job.register_offers()
        job.scan_now()
        job.write_policy()
        run_id = job.decide()
        # The market moves, and the schedule comes due while people approve and prices are published.
        control(stack.config, {"advance_days": DAYS_BETWEEN_THE_SCANS})
        schedule_id = job.schedule_scan()
        job.approve_and_publish(run_id)
        job.await_scan(schedule_id)
        job.decide_again()
        job.ask()
    finally:
        ahead.shutdown(wait=True)
        api.close()
        colleague.close()
    job.account.save(stack.config.state_dir / "account.json")
    return job.account
