//! From the address that an operator writes to the calendar.

use canvass::domain::host_calendar::{CalendarError, Reading};

use super::programs::{ALL, Kind, Program};
use super::{PASSWORD, at, entry, shown, spring};

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_is_found_by_its_address_its_name_or_the_servers_address() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let own = program.calendar("Work");
        at(&own, PASSWORD, None).put(&entry("canvass-1", 9), None, &[]).await.unwrap();
        // Addresses with and without the slash; the name in any case; the server alone.
        for (address, name) in [
            (own.as_str(), None),
            (own.trim_end_matches('/'), None),
            (program.base.as_str(), Some("Work")),
            (program.base.trim_end_matches('/'), Some("work ")),
        ] {
            let found = at(address, PASSWORD, name).find("canvass-1", None).await;
            assert!(matches!(found, Ok(Some(_))), "{kind:?} {address} {name:?}: {found:?}");
        }
        let busy =
            at(&program.base, PASSWORD, Some("Private")).busy(spring(), Reading::Events).await.unwrap();
        assert_eq!(shown(&busy.stretches), Vec::<String>::new(), "{kind:?}");
        // With two calendars and none named, nobody knows which is meant, so none is used.
        let unnamed = at(&program.base, PASSWORD, None);
        for error in [
            unnamed.busy(spring(), Reading::EventsOrReport).await.unwrap_err(),
            unnamed.put(&entry("canvass-2", 9), None, &[]).await.unwrap_err(),
        ] {
            assert!(
                matches!(&error, CalendarError::Several { there, .. } if there.len() > 1),
                "{kind:?} {error:?}"
            );
            assert!(error.to_string().contains("`Private`"), "{error}");
        }
        let error = at(&program.base, PASSWORD, Some("Wrok")).find("canvass-1", None).await.unwrap_err();
        let CalendarError::NoCalendar { wanted: Some(wanted), there } = &error else {
            panic!("{kind:?} {error:?}")
        };
        assert_eq!(wanted, "Wrok");
        assert!(there.contains(&"Work".to_owned()) && there.contains(&"Private".to_owned()), "{there:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_server_that_is_down_are_told_apart() {
    let mut program = Program::start(Kind::Radicale).await;
    for address in [program.base.clone(), program.calendar("Work")] {
        let wrong = at(&address, "wrong", None);
        let error = wrong.busy(spring(), Reading::EventsOrReport).await.unwrap_err();
        assert_eq!(error, CalendarError::Unauthorised);
        assert!(!error.is_transient());
        assert_eq!(wrong.put(&entry("canvass-1", 9), None, &[]).await, Err(CalendarError::Unauthorised));
    }
    let calendar = at(&program.calendar("Work"), PASSWORD, None);
    calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
    program.stop();
    for error in [
        calendar.busy(spring(), Reading::EventsOrReport).await.unwrap_err(),
        calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap_err(),
        calendar.remove("canvass-1", None).await.unwrap_err(),
        calendar.find("canvass-1", None).await.unwrap_err(),
    ] {
        assert!(matches!(error, CalendarError::Unreachable { .. }), "{error:?}");
        assert!(error.is_transient());
    }
}
