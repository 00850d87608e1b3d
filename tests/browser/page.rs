//! One planning, played on the page as its reader is told to.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use fantoccini::key::Key;

use super::chromium::Chromium;
use crate::world::{PATIENCE, Running, canvass, sample};

const NEXT: &str = "//*[@id='calendar']//button[contains(@class, 'next')][not(@disabled)]";
const TODAY: &str = "//*[@class='today']";
const LATEST: &str = "(//*[@id='body']//li[contains(@class, 'message')])[last()]";
const MENU: &str = "(//*[@id='body']//details[contains(@class, 'menu')])[last()]/summary";
const COMPOSER: &str = "//*[@id='composer-text']";
const MODAL: &str = "//dialog[@id='modal'][@open]";

/// `canvass sandbox` as it is started by hand, and the address that it prints.
fn sandbox(data: &std::path::Path) -> (Running, String) {
    let mut child = canvass()
        .args(["sandbox", "--listen", "127.0.0.1:0", "--messages-per-second", "50"])
        .arg("--config")
        .arg(sample())
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let running = Running::from(child);
    let address = BufReader::new(out)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned))
        .expect("the sandbox prints its address");
    (running, address)
}

/// A button of the latest message.
fn button(label: &str) -> String {
    format!("{LATEST}//button[normalize-space()='{label}']")
}

/// A message of the conversation that reads like this.
fn message(text: &str) -> String {
    format!("//*[@id='body']//li[contains(@class, 'message')][contains(., \"{text}\")]")
}

async fn become_person(page: &Chromium, name: &str) {
    page.click(&format!("//*[@id='people']//a[contains(., '{name}')]")).await;
    page.find(&format!("//h1[.='{name}']")).await;
}

async fn open_menu_entry(page: &Chromium, label: &str) {
    page.click(MENU).await;
    page.click(&format!("//details[@open]//button[starts-with(normalize-space(), '{label}')]")).await;
}

/// Moves the calendar, message by message, until `wanted` is there.
async fn move_until(page: &Chromium, wanted: &str) {
    for _ in 0..40 {
        page.find(NEXT).await;
        if page.has(wanted).await {
            return;
        }
        let before = page.text(TODAY).await;
        page.click(NEXT).await;
        page.changes(TODAY, &before).await;
    }
    panic!("{wanted} never came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planning_is_played_on_the_page_by_mouse_by_keyboard_and_on_a_phone() {
    canvass::install_crypto();
    let folder = tempfile::tempdir().unwrap();
    let (_sandbox, address) = sandbox(folder.path());
    let page = Chromium::start().await;
    page.resize(1280, 800).await;
    page.open(&address).await;

    opens_with_people_and_a_calendar(&page).await;
    ana_plans_the_work(&page).await;
    oliver_says_no_and_why(&page).await;
    ana_asks_a_question(&page).await;
    marta_uses_the_keyboard_alone(&page).await;
    priya_reads_the_coverage(&page).await;
    a_reload_keeps_everything(&page).await;
    nothing_is_cut_off_on_a_phone(&page, &address).await;

    assert_eq!(page.console_errors().await, Vec::<serde_json::Value>::new());
    page.stop().await;
}

async fn opens_with_people_and_a_calendar(page: &Chromium) {
    for name in ["Ana Souza", "Ben Carter", "Carla Mendes", "Dev Patel", "Priya Raman"] {
        page.find(&format!("//*[@id='people']//a[contains(., '{name}')]")).await;
    }
    assert!(page.text(TODAY).await.contains("2026"), "the calendar shows its day");
    page.click("//button[.='Got it']").await;
    become_person(page, "Ana Souza").await;
    page.find("//h2[.='Nothing yet for Ana']").await;
}

async fn ana_plans_the_work(page: &Chromium) {
    let plan_it = button("Put in our plan");
    move_until(page, &plan_it).await;
    let pitch = page.text(LATEST).await;
    assert!(pitch.contains("Ana, ") && pitch.contains("only Priya sees your answer"), "{pitch}");
    page.click(&plan_it).await;
    page.find(&format!("{LATEST}[contains(., 'Recorded')][contains(., 'edited')]")).await;
    assert!(!page.has(&plan_it).await, "the same message, updated in place");

    open_menu_entry(page, "Where the numbers come from").await;
    page.find(&format!("{MODAL}//h3[contains(., 'numbers')]")).await;
    page.click(&format!("{MODAL}//footer//button[.='Close']")).await;
    page.loses(MODAL).await;
}

async fn oliver_says_no_and_why(page: &Chromium) {
    become_person(page, "Oliver Brandt").await;
    page.click(&button("Not this quarter")).await;
    page.find(&format!("{MODAL}//textarea")).await;
    page.types("The quarter is full.").await;
    page.click(&format!("{MODAL}//button[@type='submit']")).await;
    page.loses(MODAL).await;
    page.find(&format!("{LATEST}[contains(., 'Recorded')]")).await;
}

async fn ana_asks_a_question(page: &Chromium) {
    become_person(page, "Ana Souza").await;
    page.click(COMPOSER).await;
    page.types("Does the limit also hold for refunds?").await;
    page.press(Key::Enter).await;
    page.find(&message("Does the limit also hold for refunds?")).await;
    page.find(&message("word for word")).await;
}

async fn marta_uses_the_keyboard_alone(page: &Chromium) {
    page.tabs_to("MK").await;
    page.press(Key::Enter).await;
    page.find("//h1[.='Marta Kowalska']").await;
    page.tabs_to("Put in our plan").await;
    page.press(Key::Enter).await;
    page.find(&format!("{LATEST}[contains(., 'Recorded')]")).await;
    assert_eq!(page.focused().await, "Change", "the focus stays with the message");

    page.tabs_to("More actions").await;
    page.press(Key::Enter).await;
    page.press(Key::Down).await;
    assert!(page.focused().await.starts_with("Where the numbers come from"), "{}", page.focused().await);
    page.press(Key::Enter).await;
    page.find(MODAL).await;
    page.press(Key::Escape).await;
    page.loses(MODAL).await;

    page.find(NEXT).await;
    let before = page.text(TODAY).await;
    page.tabs_to("Move to the next message").await;
    page.press(Key::Enter).await;
    page.changes(TODAY, &before).await;
}

async fn priya_reads_the_coverage(page: &Chromium) {
    become_person(page, "Priya Raman").await;
    page.find(&message("Does the limit also hold for refunds?")).await;
    page.click(COMPOSER).await;
    page.types("/canvass coverage").await;
    page.press(Key::Enter).await;
    let answer = format!("{}[contains(., 'Only visible to you')]", message("/canvass coverage"));
    let coverage = page.text(&answer).await;
    let row = |name: &str| coverage.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(row("Ana Souza").contains("committed"), "{coverage}");
    assert!(row("Oliver Brandt").contains("not this quarter"), "{coverage}");
}

async fn a_reload_keeps_everything(page: &Chromium) {
    page.reload().await;
    page.find("//h1[.='Priya Raman']").await;
    page.find(&message("/canvass coverage")).await;
    become_person(page, "Ana Souza").await;
    page.reload().await;
    page.find("//h1[.='Ana Souza']").await;
    page.find(&message("Recorded")).await;
    page.find(&message("Does the limit also hold for refunds?")).await;
}

async fn nothing_is_cut_off_on_a_phone(page: &Chromium, address: &str) {
    page.resize(390, 844).await;
    page.open(address).await;
    for name in ["Ana Souza", "Dev Patel", "Henrik Olsen", "Priya Raman"] {
        page.click("//button[@aria-label='People']").await;
        no_sideways_scrolling(page, "the list of people").await;
        become_person(page, name).await;
        no_sideways_scrolling(page, name).await;
    }
    page.click("//button[@aria-label='People']").await;
    become_person(page, "Ana Souza").await;
    page.click(MENU).await;
    no_sideways_scrolling(page, "an open menu").await;
    page.click("//details[@open]//button[starts-with(normalize-space(), 'Where the numbers')]").await;
    page.find(MODAL).await;
    no_sideways_scrolling(page, "a modal").await;
    page.press(Key::Escape).await;
    page.loses(MODAL).await;
}

/// Nothing is wider than its place, once the page has been laid out. Tables scroll by themselves.
async fn no_sideways_scrolling(page: &Chromium, place: &str) {
    let wider = "return ['html', '#body', '#people', '.top', '.modal-body'].filter((part) => { \
                     const box = document.querySelector(part); \
                     return box && box.scrollWidth > box.clientWidth; }).join()";
    let fits = async { while page.run(wider).await != "" {} };
    if tokio::time::timeout(PATIENCE, fits).await.is_err() {
        panic!("wider than the window at {place}: {}", page.run(wider).await);
    }
}
