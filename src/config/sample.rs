//! The sample organisation, carried in the program: the sandbox needs no configuration folder.

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        /// Path and text of every file of the sample.
        pub(super) const FILES: &[(&str, &str)] = &[
            $(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/", $path))),)*
        ];
    };
}

files! {
    "canvass.toml",
    "people.toml",
    "holidays/bengaluru.ics",
    "initiatives/payment-deadlines.toml",
    "initiatives/restore-drills.toml",
    "initiatives/safe-rollouts.toml",
}
