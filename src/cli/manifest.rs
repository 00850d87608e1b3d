//! `canvass manifest`: what to paste at api.slack.com/apps.

use url::Url;

use super::{Done, Failure, Places, run, terminal};
use crate::slack;

pub(super) fn manifest(places: &Places, url: Option<String>) -> Done {
    let transport = match url {
        None => slack::Transport::Socket,
        Some(base) if is_called(&base) => slack::Transport::Http { base },
        Some(base) => {
            return Err(Failure::Usage(format!(
                "--url {base}: Slack calls https addresses only; write one such as https://canvass.example.com."
            )));
        }
    };
    let program = run::load(places)?;
    let manifest = slack::manifest(&program.command, &program.bot_name, &transport);
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| Failure::Failed(error.to_string()))?;
    terminal::print(&text)
}

/// Whether Slack would call what is below this address.
fn is_called(base: &str) -> bool {
    let whole = |url: &Url| url.has_host() && url.query().is_none() && url.fragment().is_none();
    Url::parse(base).is_ok_and(|url| url.scheme() == "https" && whole(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_slack_would_call_becomes_a_manifest() {
        let check = |base: &str, called: bool| assert_eq!(is_called(base), called, "{base}");
        check("https://canvass.example.com", true);
        check("https://example.com/canvass/", true);
        check("http://canvass.example.com", false);
        check("canvass.example.com", false);
        check("https://", false);
        check("https://canvass.example.com/?a=b", false);
        check("ftp://canvass.example.com", false);
    }
}
