//! Each setting once: its key, text, range and default. The provider's documentation, `--help` and the environment
//! variables are read from here.

use std::net::IpAddr;

use crate::{Error, quantity};

/// One setting of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key in a settings document.
    pub key: &'static str,
    /// What it does.
    pub text: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Its value where nothing is written.
    pub default: &'static str,
}

/// What a setting may be; ranges include both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An IP address.
    Address,
    /// A whole number.
    Integer {
        /// The smallest.
        minimum: u64,
        /// The largest.
        maximum: u64,
    },
    /// A duration such as `10m`; the range is in seconds.
    Duration {
        /// The shortest.
        minimum: u64,
        /// The longest.
        maximum: u64,
    },
    /// A size such as `600MiB`; the range is in bytes.
    Size {
        /// The smallest.
        minimum: u64,
        /// The largest.
        maximum: u64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// `address`.
pub const ADDRESS: Setting =
    Setting { key: "address", text: "Address that the server listens on.", kind: Kind::Address, default: "127.0.0.1" };
/// `port`.
pub const PORT: Setting = Setting {
    key: "port",
    text: "TCP port that the server listens on.",
    kind: Kind::Integer { minimum: 1, maximum: 65535 },
    default: "8080",
};
/// `device`.
pub const DEVICE: Setting = Setting {
    key: "device",
    text: "What runs the network. `monai devices` says what a machine has.",
    kind: Kind::Choice(&["cpu", "cuda", "wgpu", "vulkan", "metal", "rocm"]),
    default: "cpu",
};
/// `precision`.
pub const PRECISION: Setting = Setting {
    key: "precision",
    text: "How the factors of the network's products are held. `bf16` rounds them to 8 bits, which is faster and changes answers \
           a little; it needs a processor with AVX-512 BF16 and the device `cpu`, and is refused elsewhere.",
    kind: Kind::Choice(&["fp32", "bf16"]),
    default: "fp32",
};
/// `threads`.
pub const THREADS: Setting = Setting {
    key: "threads",
    text: "Threads that one inference may use; 0 takes one per processor.",
    kind: Kind::Integer { minimum: 0, maximum: 1024 },
    default: "0",
};
/// `mirror`.
pub const MIRROR: Setting = Setting {
    key: "mirror",
    text: "Spatial axes along which the network sees the image mirrored too, in every combination; its outputs are averaged, \
           which takes twice the time for each axis.",
    kind: Kind::Choice(&["none", "0", "1", "2", "0,1", "0,2", "1,2", "0,1,2"]),
    default: "none",
};
/// `max_volume`.
pub const MAX_VOLUME: Setting = Setting {
    key: "max_volume",
    text: "Largest request body, and largest image after decompression. A larger one is refused with status 413.",
    kind: Kind::Size { minimum: 1 << 10, maximum: 64 << 30 },
    default: "600MiB",
};
/// `max_memory`.
pub const MAX_MEMORY: Setting = Setting {
    key: "max_memory",
    text: "Most memory that one answer may take beside the weights, as `monai check --shape` computes it. An image whose \
           answer needs more is refused with status 413.",
    kind: Kind::Size { minimum: 1 << 20, maximum: 1 << 44 },
    default: "1024GiB",
};
/// `timeout`.
pub const TIMEOUT: Setting = Setting {
    key: "timeout",
    text: "How long a request may take, waiting included. A longer one is answered with status 504.",
    kind: Kind::Duration { minimum: 1, maximum: 86_400 },
    default: "10m",
};
/// `target_in_flight`.
pub const TARGET_IN_FLIGHT: Setting = Setting {
    key: "target_in_flight",
    text: "How many requests run at once.",
    kind: Kind::Integer { minimum: 1, maximum: 64 },
    default: "1",
};
/// `queue_depth`.
pub const QUEUE_DEPTH: Setting = Setting {
    key: "queue_depth",
    text: "How many requests wait beyond those that run. One more is refused with status 429.",
    kind: Kind::Integer { minimum: 0, maximum: 1024 },
    default: "4",
};
/// `drain`.
pub const DRAIN: Setting = Setting {
    key: "drain",
    text: "How long requests that run may take to finish when the server stops.",
    kind: Kind::Duration { minimum: 0, maximum: 86_400 },
    default: "30s",
};
/// `log_level`.
pub const LOG_LEVEL: Setting = Setting {
    key: "log_level",
    text: "Least level that is logged: 5xx answers are `error`, 4xx `warn`, others `info`, health probes `debug`.",
    kind: Kind::Choice(&["error", "warn", "info", "debug"]),
    default: "info",
};

/// Every setting, in the order in which help and documentation list them.
pub const ALL: &[Setting] = &[
    ADDRESS,
    PORT,
    DEVICE,
    PRECISION,
    THREADS,
    MIRROR,
    MAX_VOLUME,
    MAX_MEMORY,
    TIMEOUT,
    TARGET_IN_FLIGHT,
    QUEUE_DEPTH,
    DRAIN,
    LOG_LEVEL,
];

impl Setting {
    /// The environment variable that sets it, such as `MONAI_MAX_VOLUME`.
    pub fn variable(&self) -> String {
        format!("MONAI_{}", self.key.to_uppercase())
    }

    /// The command-line flag that sets it, without the dashes, such as `max-volume`.
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// What it may be, in words.
    pub fn expected(&self) -> String {
        let seconds = |seconds| quantity::duration_text(std::time::Duration::from_secs(seconds));
        match self.kind {
            Kind::Address => "an IP address".into(),
            Kind::Integer { minimum, maximum } => format!("a whole number from {minimum} to {maximum}"),
            Kind::Duration { minimum, maximum } => {
                format!("a duration from {} to {}, such as `10m`", seconds(minimum), seconds(maximum))
            }
            Kind::Size { minimum, maximum } => {
                let (smallest, largest) = (quantity::size_text(minimum), quantity::size_text(maximum));
                format!("a size from {smallest} to {largest}, such as `600MiB`")
            }
            Kind::Choice(words) => {
                format!("one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Refuses a value that the setting does not allow.
    pub fn check(&self, text: &str) -> Result<(), Error> {
        let good = match self.kind {
            Kind::Address => text.parse::<IpAddr>().is_ok(),
            Kind::Integer { minimum, maximum } => {
                text.parse::<u64>().is_ok_and(|value| (minimum..=maximum).contains(&value))
            }
            Kind::Duration { minimum, maximum } => quantity::duration(text)
                .is_some_and(|value| value.as_millis() >= u128::from(minimum) * 1000 && value.as_secs() <= maximum),
            Kind::Size { minimum, maximum } => {
                quantity::size(text).is_some_and(|value| (minimum..=maximum).contains(&value))
            }
            Kind::Choice(words) => words.contains(&text),
        };
        if good {
            return Ok(());
        }
        Err(Error::Value { key: self.key.into(), found: format!("`{text}`"), expected: self.expected() })
    }
}
