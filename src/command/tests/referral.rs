//! Somebody else decides, or is missing.

use super::*;

#[test]
fn whoever_is_said_to_decide_is_approached_as_the_one_who_decides() {
    for decides in [true, false] {
        let mut office = Office::open();
        let referral = office.hears(Said::Referral, Some(Referral { whom: Some(slack("noor")), decides }));
        let (_, reply) = office.clicks("priya", None, Action::Approach { referral });
        let Reply::Open(modal) = reply else { panic!("{reply:?}") };
        let ticked =
            modal.fields.iter().any(|field| format!("{:?}", field.input).contains("initial: [\"yes\"]"));
        assert_eq!(ticked, decides);
    }
}
