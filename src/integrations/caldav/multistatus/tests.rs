//! Answers as different servers write them.

use super::*;

#[test]
fn prefixes_are_the_servers_own_business() {
    let expected = Resource {
        href: "/ana/work/".into(),
        calendar: true,
        name: Some("Work".into()),
        principal: Some("/ana/".into()),
        home: Some("/ana/".into()),
        ..Resource::default()
    };
    let check = |text: &str| assert_eq!(read(text), Ok(vec![expected.clone()]), "{text}");
    check(
        r#"<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/ana/work/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Work</D:displayname><D:current-user-principal><D:href>/ana/</D:href></D:current-user-principal><C:calendar-home-set><D:href>/ana/</D:href></C:calendar-home-set></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"#,
    );
    check(
        r#"<?xml version='1.0' encoding='utf-8'?>
<multistatus xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav">
  <response>
    <href> /ana/work/ </href>
    <propstat>
      <status>HTTP/1.1 200 OK</status>
      <prop>
        <resourcetype><CAL:calendar/><collection/></resourcetype>
        <displayname><![CDATA[Work]]></displayname>
        <current-user-principal><href>/ana/</href></current-user-principal>
        <CAL:calendar-home-set><href>/ana/</href></CAL:calendar-home-set>
        <CAL:supported-calendar-component-set><CAL:comp name="VTODO"/><CAL:comp name="VEVENT"/></CAL:supported-calendar-component-set>
      </prop>
    </propstat>
    <propstat><prop><CAL:calendar-data/></prop><status>HTTP/1.1 404 Not Found</status></propstat>
  </response>
</multistatus>"#,
    );
    check(
        r#"<a:multistatus xmlns:a="DAV:"><a:response><a:href>/ana/work/</a:href><a:propstat><a:prop><a:resourcetype><calendar xmlns="urn:ietf:params:xml:ns:caldav"/></a:resourcetype><a:displayname>Work</a:displayname><a:current-user-principal><a:href>/ana/</a:href></a:current-user-principal><b:calendar-home-set xmlns:b="urn:ietf:params:xml:ns:caldav"><a:href>/ana/</a:href></b:calendar-home-set></a:prop><a:status>HTTP/2 200</a:status></a:propstat></a:response></a:multistatus>"#,
    );
}

/// One resource with these properties.
fn only(properties: &str) -> Resource {
    let text = format!(
        r#"<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/x</D:href><D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"#
    );
    read(&text).unwrap().pop().unwrap()
}

#[test]
fn a_calendar_of_tasks_or_an_inbox_takes_no_events() {
    let calendar = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>";
    let of = |kind: &str| {
        format!(
            r#"{calendar}<C:supported-calendar-component-set><C:comp name="{kind}"/></C:supported-calendar-component-set>"#
        )
    };
    assert!(only(calendar).calendar);
    assert!(only(&of("VEVENT")).calendar);
    assert!(!only(&of("VTODO")).calendar);
    assert!(!only("<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype>").calendar);
    assert!(!only("<D:resourcetype/>").calendar);
}

#[test]
fn the_text_of_an_event_comes_whole() {
    let text = "BEGIN:VCALENDAR&#13;\nX:1 &lt; 2 &amp; 3\n<![CDATA[Y:<b>]]>\nEND:VCALENDAR";
    assert_eq!(
        only(&format!("<C:calendar-data>{text}</C:calendar-data>")).text.as_deref(),
        Some("BEGIN:VCALENDAR\r\nX:1 < 2 & 3\nY:<b>\nEND:VCALENDAR")
    );
}

#[test]
fn what_is_gone_is_left_out_and_an_answer_cut_short_is_refused() {
    let with = |status: &str| {
        format!(
            r#"<D:multistatus xmlns:D="DAV:"><D:response><D:href>/x</D:href><D:status>HTTP/1.1 {status}</D:status></D:response></D:multistatus>"#
        )
    };
    assert_eq!(read(&with("404 Not Found")), Ok(Vec::new()));
    assert!(matches!(
        read(&with("507 Insufficient Storage")),
        Err(CalendarError::Refused { status: 507, .. })
    ));
}

#[test]
fn what_is_no_multistatus_is_unreadable() {
    for text in ["", "<html/>", "<multistatus/>", "<D:multistatus xmlns:D='DAV:'>", "not <xml"] {
        assert!(matches!(read(text), Err(CalendarError::Unreadable { .. })), "{text}");
    }
    // Entities of its own would let a small answer grow without bounds.
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><D:multistatus xmlns:D="DAV:">&a;</D:multistatus>"#;
    assert!(matches!(read(bomb), Err(CalendarError::Unreadable { .. })));
}

#[test]
fn the_precondition_that_failed_has_a_name() {
    let error = r#"<?xml version="1.0"?><D:error xmlns:D="DAV:"><C:no-uid-conflict xmlns:C="urn:ietf:params:xml:ns:caldav"/></D:error>"#;
    assert_eq!(condition(error).as_deref(), Some("no-uid-conflict"));
    assert_eq!(condition("<html><body/></html>"), None);
    assert_eq!(condition("Access to the requested resource forbidden."), None);
}
