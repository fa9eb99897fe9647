//! Adding a trusted time stamp.

use mainstay_base::time_stamp::{self, Trusted};

use super::{EventParts, Job, POLICY, READERS};
use crate::domain::policy::Policy;
use crate::domain::refused::Refusal;
use crate::domain::time_stamp::StampedEvent;

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
        let stamp = time_stamp::check(&stamped.token(), &trusted).map_err(|why| refuse(&why))?;
        if self.change.event_digest(stamped.event)?.as_ref() != Some(&stamped.digest) {
            return Err(refuse(&format!(
                "the file has no event {} with the digest {}",
                stamped.event, stamped.digest
            )));
        }
        if hex::encode(stamp.sha256) != stamped.digest {
            return Err(refuse("it is on something else than the event"));
        }
        if stamp.at != stamped.time {
            return Err(refuse("it states another time"));
        }
        Ok(EventParts { record: None, role: Some(role), facts: stamped.facts() })
    }
}
