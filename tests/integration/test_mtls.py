"""Some of the calls again, over mTLS and through the ACL of the production configuration. All of
them run so with `run.py --broker production`."""

import test_faults
import test_groups
import test_outcomes
from doorcall_runner import needs_production

AGAIN = ((test_outcomes, "test_accepted_then_callee_hangs_up"),
         (test_outcomes, "test_everything_that_a_call_carries_arrives"),
         (test_outcomes, "test_call_over_mqtt_311"),
         (test_groups, "test_group_call_of_three"),
         (test_faults, "test_broker_killed_in_a_call_store_kept"),
         (test_faults, "test_callee_killed_while_ringing_rings_once_more_only"))


def over_mtls(test):
    def run(world):
        test(world)
    run.__name__ = test.__name__ + "_over_mtls"
    return needs_production(run)


for module, name in AGAIN:
    again = over_mtls(getattr(module, name))
    globals()[again.__name__] = again
del again
