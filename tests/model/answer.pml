/* The answer handshake: who gets a call that rings on several devices of one user.
 *
 * One leg: its owner (the caller), the devices of the invited user, the network between them, the
 * people, the timers. There is no clock: a timer may fire at any moment at which it is armed, and a
 * person may do at any moment what the state allows.
 *
 * The network is a set for each direction and device. What was ever sent stays in it and may be
 * delivered at any later moment, any number of times, in any order, or never: loss, duplication,
 * delay and reordering without bound. A repetition is in the set already and needs no step.
 *
 * With -DHEAL the faults end at some moment: what is in flight is lost, and from then on each
 * message is delivered exactly once and what is unanswered is repeated. Every run must then come to
 * rest. With -DRESTARTS=N the first N devices may each restart once, and forget everything.
 */

#ifndef DEVICES
#define DEVICES 2
#endif

mtype = { Idle, Pending, Ringing, Accepting, Connected, Ended };
mtype = { None, Cancelled, NoAnswer, Declined, DeclinedEverywhere, DeclinedElsewhere,
          AnsweredElsewhere, AcceptFailed, TakenBack, CallerLost, HangUp };

/* Messages from device d, bits of up[d]. */
#define RINGING       0
#define ACCEPT        1
#define REJECT_HERE   2
#define REJECT_ALL    3
#define REJECT_FAILED 4  /* accept_failed: this device has given up */
#define ACK_CONFIRM   5
#define ACK_CANCEL    6
/* Messages to device d, bits of down[d]. */
#define INVITE        0
#define CONFIRM_YOU   1  /* confirm: the winner is the device that reads it */
#define CONFIRM_OTHER 2  /* confirm: the winner is another one */
#define CANCEL        3
#define CANCEL_OWN    4  /* cancel for a device that has refused, with its own reason */
#define ACK_REJECT    5
/* Both directions. */
#define LEAVE         7
#define ACK_LEAVE     8

#define BIT(n)        (1 << (n))
#define HAS(set, n)   ((set) & BIT(n))
#define PUT(set, n)   set = (set) | BIT(n)
#define TAKE(set, n)  set = (set) & ~BIT(n)
#define ALL           (BIT(DEVICES) - 1)
#define NOBODY        DEVICES
#define REFUSED(n)    (HAS(refused, n) && !restarted[n])
/* The owner; in its masks a bit is a device: who has answered the invite, who has refused, and who
 * still owes the receipt for a final message. */
mtype owner = Pending, owner_reason = None;
byte winner = NOBODY;
byte answered, refused, confirm_owed, cancel_owed, leave_owed;

mtype dev[DEVICES] = Idle, dev_reason[DEVICES] = None;
bool had[DEVICES];          /* it was connected; the tombstone remembers */
byte reject_owed[DEVICES];  /* its reject that nobody has acked, or 0 */
bool bye_owed[DEVICES];     /* its leave that nobody has acked */
bool restarted[DEVICES];    /* it is another incarnation now; at most once */
short up[DEVICES], down[DEVICES];
bool healing, at_rest;
bool end_seen[DEVICES];     /* a cancel, or a confirm for another one; for the checks only */
byte d, i;                  /* the device of this step, 0 between steps; an index */

/* ---- states: one door each; an end is final ------------------------------------------------ */

inline owner_becomes(state, why) {
  assert(owner != Ended);
  owner = state;
  owner_reason = why;
  printf("owner: %e %e\n", owner, owner_reason)
}

inline dev_becomes(state, why) {
  assert(dev[d] != Ended);
  assert(!(end_seen[d] && (state == Ringing || state == Connected)));
  assert(state != Connected || winner == d);
  dev[d] = state;
  dev_reason[d] = why;
  printf("device %d: %e %e\n", d, dev[d], dev_reason[d])
}

/* ---- repetition (rule 17) ------------------------------------------------------------------ */

inline send_final() {
  for (i : 0 .. DEVICES - 1) {
    if
    :: HAS(confirm_owed, i) && winner == i -> PUT(down[i], CONFIRM_YOU)
    :: HAS(confirm_owed, i) && winner != i -> PUT(down[i], CONFIRM_OTHER)
    :: else
    fi;
    if :: HAS(cancel_owed, i) -> PUT(down[i], CANCEL)     :: else fi;
    if :: HAS(leave_owed, i)  -> PUT(down[i], LEAVE)      :: else fi;
    if :: reject_owed[i]      -> PUT(up[i], reject_owed[i]) :: else fi;
    if :: bye_owed[i]         -> PUT(up[i], LEAVE)        :: else fi
  }
  i = 0
}

inline send_live() {
  for (i : 0 .. DEVICES - 1) {
    if :: owner == Pending && !HAS(answered, i) -> PUT(down[i], INVITE) :: else fi;
    if :: dev[i] == Accepting                   -> PUT(up[i], ACCEPT)   :: else fi
  }
  i = 0
}

/* ---- the owner ----------------------------------------------------------------------------- */

/* Everything stops at once (rule 14): told to all but those who have refused. */
inline owner_ends_pending(why) {
  owner_becomes(Ended, why);
  cancel_owed = ALL & ~refused;
  send_final()
}

inline owner_connects() {
  owner_becomes(Connected, None);
  winner = d;
  confirm_owed = ALL;
  send_final()
}

inline owner_leaves() {
  owner_becomes(Ended, HangUp);
#ifndef PLANT_LEAVE_ONCE
  leave_owed = BIT(winner);
#endif
  PUT(down[winner], LEAVE)
}

/* Rule 3: a device that speaks of a decided leg is told the outcome. */
inline owner_tells_outcome() {
  if
  :: winner == d && owner == Connected    -> PUT(down[d], CONFIRM_YOU)
  :: winner != d && winner != NOBODY      -> PUT(down[d], CONFIRM_OTHER)
  :: winner == NOBODY || (winner == d && owner == Ended) -> PUT(down[d], CANCEL)
  fi
}

inline owner_gets_ringing() {
  if
  :: owner == Pending                  -> PUT(answered, d)
  :: owner == Connected && winner == d
  :: else                              -> owner_tells_outcome()
  fi
}

/* Rule 1: an accept is an offer; the first that is processed wins, unless it was taken back. */
inline owner_gets_accept() {
  if
  :: owner == Pending && !REFUSED(d) -> owner_connects()
  :: owner == Pending && REFUSED(d) -> PUT(down[d], CANCEL_OWN)
#ifdef PLANT_TWO_WINNERS
  :: owner == Connected -> winner = d; PUT(down[d], CONFIRM_YOU)
#endif
#ifdef PLANT_ACCEPT_AFTER_CANCEL
  :: owner == Ended && winner == NOBODY -> owner_connects()
#endif
  :: else -> owner_tells_outcome()
  fi
}

/* Rule 2: here or everywhere. After the decision a refusal changes nothing. */
inline owner_gets_refusal(everywhere, why) {
  PUT(down[d], ACK_REJECT);
  if
  :: owner == Pending ->
     PUT(answered, d);
     PUT(refused, d);
     if
     :: everywhere || refused == ALL -> owner_ends_pending(why)
     :: else
     fi
  :: else
  fi
}

/* The winner had given up before the confirm came: this is the confirm's answer. */
inline owner_gets_accept_failed() {
#ifdef PLANT_LOSER_ENDS_CALL
  if :: owner == Connected                -> owner_becomes(Ended, AcceptFailed) :: else fi;
#else
  if :: owner == Connected && winner == d -> owner_becomes(Ended, AcceptFailed) :: else fi;
#endif
#ifndef PLANT_REPEATS_FOREVER
  TAKE(confirm_owed, d);  /* also when the call is over */
#endif
  owner_gets_refusal(false, AcceptFailed)
}

inline owner_gets_leave() {
  if :: owner == Connected && winner == d -> owner_becomes(Ended, HangUp) :: else fi;
  PUT(down[d], ACK_LEAVE)
}

/* ---- a device ------------------------------------------------------------------------------ */

inline dev_gets_invite() {
  if
  :: dev[d] == Idle      -> dev_becomes(Ringing, None); PUT(up[d], RINGING)
  :: dev[d] == Ringing   -> PUT(up[d], RINGING)
  :: dev[d] == Accepting -> PUT(up[d], ACCEPT)
#ifdef PLANT_RINGS_AGAIN
  :: dev[d] == Ended     -> dev_becomes(Ringing, None)
#endif
  :: else
  fi
}

inline dev_gets_confirm_you() {
  if
  :: dev[d] == Accepting -> dev_becomes(Connected, None); had[d] = true; PUT(up[d], ACK_CONFIRM)
  :: had[d]              -> PUT(up[d], ACK_CONFIRM)
#ifdef PLANT_NO_REJECT_AFTER_GIVE_UP
  :: else                -> PUT(up[d], ACK_CONFIRM)
#else
  :: else                -> PUT(up[d], REJECT_FAILED)
#endif
  fi
}

inline dev_gets_confirm_other() {
  if
  :: dev[d] == Idle || dev[d] == Ringing || dev[d] == Accepting ->
     dev_becomes(Ended, AnsweredElsewhere)
  :: else
  fi;
  end_seen[d] = true;
  PUT(up[d], ACK_CONFIRM)
}

/* What a cancel says: for who only rang, it was not a call that was hung up. */
#define TOLD(why) (why == DeclinedEverywhere -> DeclinedElsewhere : \
                   (why == HangUp -> Cancelled : why))

/* Rule 5: as above, what outruns its invite is remembered. A connected device ignores a cancel. */
inline dev_gets_cancel(why) {
  if
#ifndef PLANT_FORGETS_EARLY_CANCEL
  :: dev[d] == Idle || dev[d] == Ringing || dev[d] == Accepting ->
#else
  :: dev[d] == Ringing || dev[d] == Accepting ->
#endif
     dev_becomes(Ended, why)
  :: else
  fi;
  end_seen[d] = true;
#ifdef PLANT_ANSWERS_FOREVER
  PUT(up[d], RINGING);
#endif
  PUT(up[d], ACK_CANCEL)
}

inline dev_gets_leave() {
  if
  :: dev[d] == Ringing || dev[d] == Accepting || dev[d] == Connected ->
     dev_becomes(Ended, owner_reason)
  :: else
  fi;
  PUT(up[d], ACK_LEAVE)
}

inline dev_refuses(why, kind) {
  dev_becomes(Ended, why);
  reject_owed[d] = kind;
  PUT(up[d], kind)
}

inline dev_leaves() {
  dev_becomes(Ended, HangUp);
  bye_owed[d] = true;
  PUT(up[d], LEAVE)
}

#ifdef RESTARTS
/* Nothing is stored: the new life knows no call. Old messages are still about. */
inline dev_restarts() {
  printf("device %d restarts\n", d);
  restarted[d] = true;
  dev[d] = Idle;
  dev_reason[d] = None;
  had[d] = false;
  reject_owed[d] = 0;
  bye_owed[d] = false;
  end_seen[d] = false
}

/* Its presence shows the new life (rule 10): what the old one has said of a pending leg is void. */
inline owner_sees_restart() {
  if
  :: owner == Pending -> TAKE(answered, d); TAKE(refused, d)
  :: owner == Connected && winner == d -> owner_leaves()
  :: else
  fi
}
#endif

#include "world.pml"
