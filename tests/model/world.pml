/* What must hold, and the steps that the world can take. Included by answer.pml. */

/* ---- what must hold after every step ------------------------------------------------------- */

#define WHY(n, a, b, c) (dev_reason[n] == a || dev_reason[n] == b || dev_reason[n] == c)

/* After a restart one side can be in a call that the other has left without a word, or knows from
 * an old life only: nothing is heard any more and the lost timer runs out. */
#define LOSES(n)        (OWNER_LOSES(n) || DEV_LOSES(n))
#define OWNER_LOSES(n)  (restarted[n] && owner == Connected && winner == n && dev[n] != Connected)
#define DEV_LOSES(n)    (restarted[n] && owner != Connected && dev[n] == Connected)

/* Nothing is owed and no timer runs: now both sides must agree, whatever old copies the network
 * still has. Who ends with which reason: the table of pairs in transport/PROTOCOL.md. */
inline check_pair(n) {
  if
  :: owner == Connected && winner == n -> assert(dev[n] == Connected)
  :: else                              -> assert(dev[n] == Idle || dev[n] == Ended)
  fi;
  if
  :: dev[n] == Ended && winner == n && !restarted[n] ->
     assert(owner_reason == HangUp || (owner_reason == AcceptFailed && !had[n]));
     assert(!had[n] || dev_reason[n] == HangUp);
     assert(WHY(n, HangUp, AcceptFailed, TakenBack) || WHY(n, CallerLost, Cancelled, Cancelled))
  :: dev[n] == Ended && winner != n && winner != NOBODY ->
     assert(!had[n] && !WHY(n, HangUp, Cancelled, DeclinedElsewhere))
  :: dev[n] == Ended && winner == NOBODY ->
     assert(!had[n] && !WHY(n, HangUp, AnsweredElsewhere, None));
     assert(dev_reason[n] != Cancelled || owner_reason == Cancelled);
     assert(dev_reason[n] != DeclinedElsewhere || owner_reason == DeclinedEverywhere)
  :: else
  fi
}

inline check() {
  at_rest = owner != Pending && !confirm_owed && !cancel_owed && !leave_owed;
  for (i : 0 .. DEVICES - 1) {
    assert(dev[i] != Connected || winner == i);  /* so at most one is */
    at_rest = at_rest && dev[i] != Ringing && dev[i] != Accepting && !reject_owed[i] &&
              !bye_owed[i] && !LOSES(i)
  }
  if
  :: at_rest -> for (i : 0 .. DEVICES - 1) { check_pair(i) }
  :: else
  fi;
  i = 0
}

/* ---- the world: one step at a time --------------------------------------------------------- */

/* Once healed, only a device that something can still happen to. */
#define ALIVE(n) (!healing || up[n] || down[n] || owner == Pending || dev[n] == Ringing || \
                  dev[n] == Accepting || LOSES(n))

inline some_device() {
  if
  :: ALIVE(0) -> d = 0
  :: ALIVE(1) -> d = 1
#if DEVICES > 2
  :: ALIVE(2) -> d = 2
#endif
  fi
}

/* A delivery leaves the message in the network, but for the healed one, which delivers once. */
#ifdef HEAL
#define TAKE_HEALED(set, n) if :: healing -> TAKE(set, n) :: else fi;
#define NET_EMPTY           (!up[0] && !down[0] && !up[1] && !down[1])
#else
#define TAKE_HEALED(set, n)
#endif
#define UP(n)   HAS(up[d], n) -> TAKE_HEALED(up[d], n) \
                printf("device %d says ", d); printf(#n); printf("\n");
#define DOWN(n) HAS(down[d], n) -> TAKE_HEALED(down[d], n) \
                printf("device %d hears ", d); printf(#n); printf("\n");

inline step() {
  if
  :: UP(RINGING)         owner_gets_ringing()
  :: UP(ACCEPT)          owner_gets_accept()
  :: UP(REJECT_HERE)     owner_gets_refusal(false, Declined)
  :: UP(REJECT_ALL)      owner_gets_refusal(true, DeclinedEverywhere)
  :: UP(REJECT_FAILED)   owner_gets_accept_failed()
  :: UP(LEAVE)           owner_gets_leave()
  :: UP(ACK_CONFIRM)     TAKE(confirm_owed, d)
  :: UP(ACK_CANCEL)      TAKE(cancel_owed, d)
  :: UP(ACK_LEAVE)       TAKE(leave_owed, d)
  :: DOWN(INVITE)        dev_gets_invite()
  :: DOWN(CONFIRM_YOU)   dev_gets_confirm_you()
  :: DOWN(CONFIRM_OTHER) dev_gets_confirm_other()
  :: DOWN(CANCEL)        dev_gets_cancel(TOLD(owner_reason))
  :: DOWN(LEAVE)         dev_gets_leave()
  :: DOWN(ACK_REJECT)    reject_owed[d] = 0
  :: DOWN(ACK_LEAVE)     bye_owed[d] = false

  /* people; a hang-up is also the loss of a connected peer */
  :: !healing && owner == Pending    -> owner_ends_pending(Cancelled)
  :: !healing && owner == Connected  -> owner_leaves()
  :: !healing && dev[d] == Ringing   -> dev_becomes(Accepting, None); PUT(up[d], ACCEPT)
  :: !healing && dev[d] == Ringing   -> dev_refuses(Declined, REJECT_HERE)
  :: !healing && dev[d] == Ringing   -> dev_refuses(DeclinedEverywhere, REJECT_ALL)
  :: !healing && dev[d] == Accepting -> dev_refuses(TakenBack, REJECT_FAILED)
  :: !healing && dev[d] == Connected -> dev_leaves()

  /* timers: ring, ring, confirm, lost */
  :: owner == Pending                -> owner_ends_pending(NoAnswer)
  :: dev[d] == Ringing               -> dev_becomes(Ended, NoAnswer)
  :: dev[d] == Accepting             -> dev_refuses(AcceptFailed, REJECT_FAILED)
  :: !healing && (dev[d] == Ringing || dev[d] == Accepting) -> dev_becomes(Ended, CallerLost)

#ifndef RESTARTS
  :: DOWN(CANCEL_OWN)    PUT(up[d], ACK_CANCEL)
#else
  :: DOWN(CANCEL_OWN)    dev_gets_cancel(Declined)
  :: !healing && !restarted[d] && d < RESTARTS -> dev_restarts()
  :: restarted[d] && (!healing || OWNER_LOSES(d)) -> owner_sees_restart()
#ifdef HEAL
  :: healing && DEV_LOSES(d)         -> dev_leaves()
#endif
#endif
  fi
}

#ifdef HEAL
inline heal() {
  healing = true;
  printf("the faults are over\n");
  for (i : 0 .. DEVICES - 1) {
    up[i] = 0;
    down[i] = 0
  }
  send_live();
  send_final()
}
#endif

init {
  atomic { send_live() }
#ifndef HEAL
  do
  :: atomic { some_device(); step(); check(); d = 0 }
  od
#else
  do
  :: atomic { some_device(); step(); check(); d = 0 };
     if
     :: !healing -> progress_faults: skip  /* faults may go on for ever, the healing must not */
     :: healing
     fi
  :: atomic { !healing -> heal() }
  :: healing && NET_EMPTY && at_rest -> break
  od
#endif
}
