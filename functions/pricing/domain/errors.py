"""The ways pricing refuses."""

from shared.kernel.errors import Conflict, Invalid, NotFound, TooLarge


class CompetitorExists(Conflict):
    """The organisation already has a competitor of that id."""

    code = "pricing/competitor-exists"
    title = "There is a competitor of that id"


class CompetitorNotFound(NotFound):
    """No such competitor in this organisation."""

    code = "pricing/competitor-not-found"
    title = "There is no such competitor"


class InvalidCompetitor(Invalid):
    """Settings of a competitor that cannot be carried out."""

    code = "pricing/invalid-competitor"
    title = "The competitor's settings cannot be carried out"


class NotInQuarantine(Conflict):
    """An observation that nobody is asked about."""

    code = "pricing/not-in-quarantine"
    title = "The observation is not in quarantine"


class ObservationNotFound(NotFound):
    """No such observation in this organisation."""

    code = "pricing/observation-not-found"
    title = "There is no such observation"


class NotTheirPage(Invalid):
    """An address that is not on the competitor's domain."""

    code = "pricing/not-their-page"
    title = "The address is not on the competitor's domain"


class PageNotKept(NotFound):
    """There is no stored page of this observation."""

    code = "pricing/page-not-kept"
    title = "The page of the observation is not kept"


class RecipeNotFound(NotFound):
    """No recipe for this competitor."""

    code = "pricing/recipe-not-found"
    title = "There is no such recipe"


class RecipeChanged(Conflict):
    """Somebody saved the recipe at the same moment."""

    code = "pricing/recipe-changed"
    title = "The recipe was changed by somebody else"


class NoScanBudget(NotFound):
    """The organisation has no budget for looks."""

    code = "pricing/no-scan-budget"
    title = "There is no budget for looks"


class PolicyNotFound(NotFound):
    """No such policy in this organisation."""

    code = "pricing/policy-not-found"
    title = "There is no such policy"


class InvalidPolicy(Invalid):
    """A policy that cannot be carried out as written."""

    code = "policy/invalid"
    title = "The policy cannot be carried out as written"


class PolicyChanged(Conflict):
    """Somebody saved the policy at the same moment."""

    code = "pricing/policy-changed"
    title = "The policy was changed by somebody else"


class RunNotFound(NotFound):
    """No such run in this organisation."""

    code = "pricing/run-not-found"
    title = "There is no such run"


class DecisionNotFound(NotFound):
    """No such decision in this organisation."""

    code = "pricing/decision-not-found"
    title = "There is no such decision"


class BatchNotFound(NotFound):
    """No such batch in this organisation."""

    code = "pricing/batch-not-found"
    title = "There is no such batch"


class NothingToPublish(Conflict):
    """A batch without an approved price."""

    code = "pricing/nothing-to-publish"
    title = "There is no approved price to publish"


class ProductUnknown(NotFound):
    """Pricing has not heard of the product."""

    code = "pricing/product-unknown"
    title = "Pricing does not know the product"


class FilterExists(Conflict):
    """The organisation already has a filter of that id."""

    code = "pricing/filter-exists"
    title = "There is a filter of that id"


class FilterNotFound(NotFound):
    """No such filter in this organisation."""

    code = "pricing/filter-not-found"
    title = "There is no such filter"


class ViewExists(Conflict):
    """The organisation already has a view of that id."""

    code = "pricing/view-exists"
    title = "There is a view of that id"


class ViewNotFound(NotFound):
    """No such view in this organisation."""

    code = "pricing/view-not-found"
    title = "There is no such view"


class InvalidFilter(Invalid):
    """Criteria that no product can meet."""

    code = "pricing/invalid-filter"
    title = "The filter means no product"


class ReportNotFound(NotFound):
    """No such report in this organisation."""

    code = "pricing/report-not-found"
    title = "There is no such report"


class UnknownReport(Invalid):
    """A report of a kind that nobody writes."""

    code = "pricing/unknown-report"
    title = "There is no report of that kind"


class SimulationNotFound(NotFound):
    """No such simulation in this organisation."""

    code = "pricing/simulation-not-found"
    title = "There is no such simulation"


class SimulationFileNotFound(NotFound):
    """A file that the simulation does not have, or not yet."""

    code = "pricing/simulation-file-not-found"
    title = "The simulation has no such file"


class UnknownSimulation(Invalid):
    """A simulation of a kind that nobody makes."""

    code = "pricing/unknown-simulation"
    title = "There is no simulation of that kind"


class InvalidSimulation(Invalid):
    """A simulation that cannot be made as it is asked."""

    code = "pricing/invalid-simulation"
    title = "The simulation cannot be made as it is asked"


class SimulationTooLarge(Invalid):
    """A simulation that asks for more than one worker computes."""

    code = "pricing/simulation-too-large"
    title = "The simulation is too large"


class InvalidWindow(Invalid):
    """A time to look back over that is none, or too long."""

    code = "pricing/invalid-window"
    title = "The window of time makes no sense"


class TooMuchMarket(Invalid):
    """A figure over more products than one answer brings together."""

    code = "pricing/too-much-market"
    title = "That is too much of the market for one answer"


class InvalidHold(Invalid):
    """A lock or promotion that cannot be."""

    code = "pricing/invalid-hold"
    title = "The hold cannot be as it is written"


class HoldNotFound(NotFound):
    """No such hold in this organisation."""

    code = "pricing/hold-not-found"
    title = "There is no such hold"


class OwnPolicy(Conflict):
    """An author who approves a version of their own."""

    code = "pricing/own-policy"
    title = "A colleague must approve the policy"


class PolicyFaults(Invalid):
    """A policy that the checker refuses, or whose own tests fail."""

    code = "pricing/policy-faults"
    title = "The policy has faults"


class PolicyTooLarge(TooLarge):
    """A policy that is longer than anybody can review."""

    code = "pricing/policy-too-large"
    title = "The policy is too large"


class InvalidPublicationSettings(Invalid):
    """Settings of publication that cannot be carried out."""

    code = "pricing/invalid-publication-settings"
    title = "The settings of publication cannot be carried out"


class ShopNotConnected(Conflict):
    """A shop whose prices go to the own catalogue: there is nothing to check."""

    code = "pricing/shop-not-connected"
    title = "The shop's prices go to the own catalogue"


class ShopInTestMode(Conflict):
    """A shop whose prices are decided and not written."""

    code = "pricing/shop-in-test-mode"
    title = "The shop is in test mode"


class InvalidEmergencyStop(Invalid):
    """A stop, or its lifting, that does not say why."""

    code = "pricing/invalid-emergency-stop"
    title = "The emergency stop does not say why"


class EmergencyStopNotFound(NotFound):
    """No such stop in this organisation."""

    code = "pricing/emergency-stop-not-found"
    title = "There is no such emergency stop"


class WritesStopped(Conflict):
    """An emergency stop is in force."""

    code = "pricing/writes-stopped"
    title = "An emergency stop is in force"


class BatchUnderWay(Conflict):
    """A publication that has not ended."""

    code = "pricing/batch-under-way"
    title = "The publication has not ended"


class NothingToUndo(Conflict):
    """A publication of which no price stands."""

    code = "pricing/nothing-to-undo"
    title = "No price of the publication can be taken back"


class NoCanaryOut(Conflict):
    """A publication whose canary is not out and waiting."""

    code = "pricing/no-canary-out"
    title = "No canary of the publication is out"


class ShopUnknown(NotFound):
    """Pricing knows no product of the shop."""

    code = "pricing/shop-unknown"
    title = "No product of the shop is known"


class InvalidPromotion(Invalid):
    """A promotion that cannot be as it is written."""

    code = "pricing/invalid-promotion"
    title = "The promotion cannot be as it is written"


class PromotionFaults(Invalid):
    """A promotion whose prices or claims must not be."""

    code = "pricing/promotion-faults"
    title = "Prices or claims of the promotion are forbidden"


class PromotionNotFound(NotFound):
    """No such promotion in this organisation."""

    code = "pricing/promotion-not-found"
    title = "There is no such promotion"


class PromotionChanged(Conflict):
    """Somebody changed the promotion, or its time came."""

    code = "pricing/promotion-changed"
    title = "The promotion was changed meanwhile"


class OwnPromotion(Conflict):
    """An author who approves a promotion of their own."""

    code = "pricing/own-promotion"
    title = "A colleague must approve the promotion"


class PromotionBegun(Conflict):
    """A promotion that is past the state in which this can be done."""

    code = "pricing/promotion-begun"
    title = "The promotion is past that"


class HoldOfPromotion(Conflict):
    """A hold that ends with its promotion."""

    code = "pricing/hold-of-promotion"
    title = "The hold belongs to a promotion"


class InvalidAlertRule(Invalid):
    """A rule of alerts that cannot be carried out."""

    code = "pricing/invalid-alert-rule"
    title = "The rule of alerts cannot be carried out"


class AlertRuleNotFound(NotFound):
    """No such rule of alerts in this organisation."""

    code = "pricing/alert-rule-not-found"
    title = "There is no such rule of alerts"


class AlertNotFound(NotFound):
    """No such alert in this organisation."""

    code = "pricing/alert-not-found"
    title = "There is no such alert"


class AlertRuleChanged(Conflict):
    """Somebody else changed the rule of alerts meanwhile."""

    code = "pricing/alert-rule-changed"
    title = "Somebody else changed the rule of alerts"


class InvalidReceiver(Invalid):
    """A receiver that may not be told anything."""

    code = "pricing/invalid-receiver"
    title = "The receiver cannot be as it is written"


class ReceiverNotFound(NotFound):
    """No such receiver in this organisation."""

    code = "pricing/receiver-not-found"
    title = "There is no such receiver"


class TooManyAlertRules(Conflict):
    """A shop with as many rules of alerts as it may have."""

    code = "pricing/too-many-alert-rules"
    title = "There are as many rules of alerts as there may be"


class TooManyReceivers(Conflict):
    """An organisation with as many receivers as it may have."""

    code = "pricing/too-many-receivers"
    title = "There are as many receivers as there may be"


class MailNotSetUp(Conflict):
    """E-mail, where the platform has no address to send it from."""

    code = "pricing/mail-not-set-up"
    title = "This platform sends no e-mail"


class WrongCode(Invalid):
    """A code that does not prove an address."""

    code = "pricing/wrong-code"
    title = "The code does not prove the address"


class TooManyCodes(Conflict):
    """An organisation that asked for as many codes as it may in a day."""

    code = "pricing/too-many-codes"
    title = "There were as many codes today as there may be"


class InvalidTemplate(Invalid):
    """A template that cannot be filled in."""

    code = "pricing/invalid-template"
    title = "The template cannot be filled in"
