//! Adding a trusted time stamp.

use mainstay_base::time_stamp::{self, Trusted};

use super::{EventParts, Job, POLICY, READERS};
use crate::domain::policy::Policy;
use crate::domain::refused::Refusal;
use crate::domain::time::CLOCK_BACK_SECONDS;
use crate::domain::time_stamp::{AHEAD_SECONDS_MAX, StampedEvent};

impl<F> Job<'_, F> {
    /// An authority that the policy trusts stated a time for an earlier event of the file (RFC 3161). Everybody may add it: it
    /// proves itself.
    pub(super) fn add_time_stamp(&self, stamped: &StampedEvent) -> Result<EventParts, Refusal<F>> {
        let role = self.role("Adding a time stamp", &READERS)?;
        let policy = self.change.get(POLICY)?.typed::<Policy>().unwrap_or_default();
        let refuse = |why: &str| Refusal::Rule(format!("the time stamp is not accepted: {why}"));
        if policy.time_authority_certificates.is_empty() {
            return Err(Refusal::Rule(
                "the policy names no time stamp authority; enter its address and certificates there first"
                    .to_owned(),
            ));
        }
        let trusted = Trusted::from_pem(&policy.time_authority_certificates).map_err(|why| refuse(&why))?;
        let token = stamped.token();
        let stamp = time_stamp::check(&token, &trusted).map_err(|why| refuse(&why))?;
        if self.change.event_digest(stamped.event)?.as_ref() != Some(&stamped.digest) {
            return Err(refuse(&format!(
                "the file has no event {} with the digest {}",
                stamped.event, stamped.digest
            )));
        }
        if hex::encode(stamp.sha256) != stamped.digest {
            return Err(refuse("it is on something else than the event"));
        }
        if *stamped != StampedEvent::new(stamped.event, stamped.digest.clone(), stamp.at, &token) {
            return Err(refuse("it is not written as the program writes it"));
        }
        self.refuse_contradiction(stamped)?;
        Ok(EventParts { record: None, role: Some(role), facts: stamped.facts() })
    }

    /// Each time stamp is on a later event than the one before it and states no earlier time, so that none can be added twice and
    /// none contradicts another. Its time is not far ahead of the clock: then one of the two is wrong.
    fn refuse_contradiction(&self, stamped: &StampedEvent) -> Result<(), Refusal<F>> {
        if let Some(last) = self.change.last_stamp()? {
            if stamped.event <= last.event {
                return Err(Refusal::Rule(format!(
                    "the file has a time stamp on event {} already, which proves event {} too",
                    last.event, stamped.event
                )));
            }
            if last.time.seconds_since(stamped.time) > CLOCK_BACK_SECONDS {
                return Err(Refusal::Rule(format!(
                    "the time stamp states {}, but an earlier event has one of {}",
                    stamped.time.words(),
                    last.time.words()
                )));
            }
        }
        if stamped.time.seconds_since(self.now) > AHEAD_SECONDS_MAX {
            return Err(Refusal::Rule(format!(
                "the time stamp states {}, but the clock of this machine says {}; correct the clock first",
                stamped.time.words(),
                self.now.words()
            )));
        }
        Ok(())
    }
}
