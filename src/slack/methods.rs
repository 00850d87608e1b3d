//! The methods of Slack's Web API that Canvass calls, and the scope each of them needs.
//!
//! Invariant: no call is made but through a [`Method`], so the scopes of the manifest are those of this
//! table and nothing else.

/// A method of the Web API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Opens a Socket Mode connection.
    AppsConnectionsOpen,
    /// Whose token this is.
    AuthTest,
    /// A message that only one person in a conversation sees.
    ChatPostEphemeral,
    /// A new message.
    ChatPostMessage,
    /// Another text for a message that is there.
    ChatUpdate,
    /// The newest messages of a conversation.
    ConversationsHistory,
    /// The direct message with a person, opened if need be.
    ConversationsOpen,
    /// The messages of a thread.
    ConversationsReplies,
    /// Do-not-disturb of many people.
    DndTeamInfo,
    /// Shows a file that was uploaded in a conversation.
    FilesCompleteUploadExternal,
    /// Where a file can be uploaded.
    FilesGetUploadUrlExternal,
    /// One person of the workspace.
    UsersInfo,
    /// Everybody in the workspace, page by page.
    UsersList,
    /// A modal.
    ViewsOpen,
    /// A person's App Home.
    ViewsPublish,
}

/// Which of the app's tokens a method takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The bot token, `xoxb-…`.
    Bot,
    /// The app-level token, `xapp-…`.
    App,
}

/// How arguments travel. Slack's older reading methods ignore a JSON body without saying so: `users.list`
/// then answers the first page for ever. Reading therefore puts them in the query, and so does
/// `files.getUploadURLExternal`, which refuses a JSON body with `invalid_arguments`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// In the query of a GET.
    Query,
    /// As the JSON body of a POST.
    Json,
}

impl Method {
    /// Every method that is called.
    pub const ALL: [Self; 15] = [
        Self::AppsConnectionsOpen,
        Self::AuthTest,
        Self::ChatPostEphemeral,
        Self::ChatPostMessage,
        Self::ChatUpdate,
        Self::ConversationsHistory,
        Self::ConversationsOpen,
        Self::ConversationsReplies,
        Self::DndTeamInfo,
        Self::FilesCompleteUploadExternal,
        Self::FilesGetUploadUrlExternal,
        Self::UsersInfo,
        Self::UsersList,
        Self::ViewsOpen,
        Self::ViewsPublish,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AppsConnectionsOpen => "apps.connections.open",
            Self::AuthTest => "auth.test",
            Self::ChatPostEphemeral => "chat.postEphemeral",
            Self::ChatPostMessage => "chat.postMessage",
            Self::ChatUpdate => "chat.update",
            Self::ConversationsHistory => "conversations.history",
            Self::ConversationsOpen => "conversations.open",
            Self::ConversationsReplies => "conversations.replies",
            Self::DndTeamInfo => "dnd.teamInfo",
            Self::FilesCompleteUploadExternal => "files.completeUploadExternal",
            Self::FilesGetUploadUrlExternal => "files.getUploadURLExternal",
            Self::UsersInfo => "users.info",
            Self::UsersList => "users.list",
            Self::ViewsOpen => "views.open",
            Self::ViewsPublish => "views.publish",
        }
    }

    /// The bot scopes it needs. `users.list` and `users.info` name e-mail addresses only with the second one,
    /// and people are recognised by them.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::AppsConnectionsOpen | Self::AuthTest | Self::ViewsOpen | Self::ViewsPublish => &[],
            Self::ChatPostEphemeral | Self::ChatPostMessage | Self::ChatUpdate => &["chat:write"],
            Self::ConversationsHistory | Self::ConversationsReplies => &["im:history"],
            Self::ConversationsOpen => &["im:write"],
            Self::DndTeamInfo => &["dnd:read"],
            Self::FilesCompleteUploadExternal | Self::FilesGetUploadUrlExternal => &["files:write"],
            Self::UsersInfo | Self::UsersList => &["users:read", "users:read.email"],
        }
    }

    /// The token it takes.
    pub fn token(self) -> Token {
        match self {
            Self::AppsConnectionsOpen => Token::App,
            Self::AuthTest
            | Self::ChatPostEphemeral
            | Self::ChatPostMessage
            | Self::ChatUpdate
            | Self::ConversationsHistory
            | Self::ConversationsOpen
            | Self::ConversationsReplies
            | Self::DndTeamInfo
            | Self::FilesCompleteUploadExternal
            | Self::FilesGetUploadUrlExternal
            | Self::UsersInfo
            | Self::UsersList
            | Self::ViewsOpen
            | Self::ViewsPublish => Token::Bot,
        }
    }

    /// How its arguments travel.
    pub fn passing(self) -> Passing {
        match self {
            Self::ConversationsHistory
            | Self::ConversationsReplies
            | Self::DndTeamInfo
            | Self::FilesGetUploadUrlExternal
            | Self::UsersInfo
            | Self::UsersList => Passing::Query,
            Self::AppsConnectionsOpen
            | Self::AuthTest
            | Self::ChatPostEphemeral
            | Self::ChatPostMessage
            | Self::ChatUpdate
            | Self::ConversationsOpen
            | Self::FilesCompleteUploadExternal
            | Self::ViewsOpen
            | Self::ViewsPublish => Passing::Json,
        }
    }
}
