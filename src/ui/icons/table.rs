//! Names of the embedded icons; code points as in Lucide 1.62.0 (`lucide-static`, `font/codepoints.json`).

use super::Icon;

/// `activity`.
pub const ACTIVITY: Icon = Icon::new('\u{e038}');
/// `alarm-clock`.
pub const ALARM_CLOCK: Icon = Icon::new('\u{e03a}');
/// `arrow-down`.
pub const ARROW_DOWN: Icon = Icon::new('\u{e042}');
/// `arrow-left`.
pub const ARROW_LEFT: Icon = Icon::new('\u{e048}');
/// `arrow-right`.
pub const ARROW_RIGHT: Icon = Icon::new('\u{e049}');
/// `arrow-up`.
pub const ARROW_UP: Icon = Icon::new('\u{e04a}');
/// `arrow-up-right`.
pub const ARROW_UP_RIGHT: Icon = Icon::new('\u{e04d}');
/// `ban`.
pub const BAN: Icon = Icon::new('\u{e051}');
/// `bell`.
pub const BELL: Icon = Icon::new('\u{e059}');
/// `bell-ring`.
pub const BELL_RING: Icon = Icon::new('\u{e224}');
/// `book-open`.
pub const BOOK_OPEN: Icon = Icon::new('\u{e05f}');
/// `bot`.
pub const BOT: Icon = Icon::new('\u{e1bb}');
/// `box`.
pub const BOX: Icon = Icon::new('\u{e061}');
/// `braces`.
pub const BRACES: Icon = Icon::new('\u{e36a}');
/// `brain`.
pub const BRAIN: Icon = Icon::new('\u{e3c6}');
/// `bug`.
pub const BUG: Icon = Icon::new('\u{e20c}');
/// `calendar`.
pub const CALENDAR: Icon = Icon::new('\u{e063}');
/// `chart-area`.
pub const CHART_AREA: Icon = Icon::new('\u{e4d3}');
/// `chart-column`.
pub const CHART_COLUMN: Icon = Icon::new('\u{e2a3}');
/// `chart-line`.
pub const CHART_LINE: Icon = Icon::new('\u{e2a5}');
/// `check`.
pub const CHECK: Icon = Icon::new('\u{e06c}');
/// `chevron-down`.
pub const CHEVRON_DOWN: Icon = Icon::new('\u{e06d}');
/// `chevron-left`.
pub const CHEVRON_LEFT: Icon = Icon::new('\u{e06e}');
/// `chevron-right`.
pub const CHEVRON_RIGHT: Icon = Icon::new('\u{e06f}');
/// `chevron-up`.
pub const CHEVRON_UP: Icon = Icon::new('\u{e070}');
/// `chevrons-down-up`.
pub const CHEVRONS_DOWN_UP: Icon = Icon::new('\u{e228}');
/// `chevrons-up-down`.
pub const CHEVRONS_UP_DOWN: Icon = Icon::new('\u{e211}');
/// `circle`.
pub const CIRCLE: Icon = Icon::new('\u{e076}');
/// `circle-alert`.
pub const CIRCLE_ALERT: Icon = Icon::new('\u{e077}');
/// `circle-check`.
pub const CIRCLE_CHECK: Icon = Icon::new('\u{e226}');
/// `circle-dashed`.
pub const CIRCLE_DASHED: Icon = Icon::new('\u{e4b0}');
/// `circle-dot`.
pub const CIRCLE_DOT: Icon = Icon::new('\u{e345}');
/// `circle-minus`.
pub const CIRCLE_MINUS: Icon = Icon::new('\u{e07e}');
/// `circle-question-mark`.
pub const CIRCLE_QUESTION_MARK: Icon = Icon::new('\u{e082}');
/// `circle-x`.
pub const CIRCLE_X: Icon = Icon::new('\u{e084}');
/// `clock`.
pub const CLOCK: Icon = Icon::new('\u{e087}');
/// `cloud`.
pub const CLOUD: Icon = Icon::new('\u{e088}');
/// `code`.
pub const CODE: Icon = Icon::new('\u{e093}');
/// `coins`.
pub const COINS: Icon = Icon::new('\u{e097}');
/// `copy`.
pub const COPY: Icon = Icon::new('\u{e09e}');
/// `cpu`.
pub const CPU: Icon = Icon::new('\u{e0a9}');
/// `database`.
pub const DATABASE: Icon = Icon::new('\u{e0ad}');
/// `dollar-sign`.
pub const DOLLAR_SIGN: Icon = Icon::new('\u{e0b1}');
/// `download`.
pub const DOWNLOAD: Icon = Icon::new('\u{e0b2}');
/// `ellipsis`.
pub const ELLIPSIS: Icon = Icon::new('\u{e0b6}');
/// `ellipsis-vertical`.
pub const ELLIPSIS_VERTICAL: Icon = Icon::new('\u{e0b7}');
/// `external-link`.
pub const EXTERNAL_LINK: Icon = Icon::new('\u{e0b9}');
/// `eye`.
pub const EYE: Icon = Icon::new('\u{e0ba}');
/// `eye-off`.
pub const EYE_OFF: Icon = Icon::new('\u{e0bb}');
/// `file-json`.
pub const FILE_JSON: Icon = Icon::new('\u{e36b}');
/// `file-text`.
pub const FILE_TEXT: Icon = Icon::new('\u{e0cc}');
/// `filter`.
pub const FILTER: Icon = Icon::new('\u{e0dc}');
/// `flame`.
pub const FLAME: Icon = Icon::new('\u{e0d2}');
/// `flask-conical`.
pub const FLASK_CONICAL: Icon = Icon::new('\u{e0d5}');
/// `folder`.
pub const FOLDER: Icon = Icon::new('\u{e0d7}');
/// `folder-open`.
pub const FOLDER_OPEN: Icon = Icon::new('\u{e247}');
/// `gauge`.
pub const GAUGE: Icon = Icon::new('\u{e1bf}');
/// `git-compare`.
pub const GIT_COMPARE: Icon = Icon::new('\u{e359}');
/// `globe`.
pub const GLOBE: Icon = Icon::new('\u{e0e8}');
/// `graduation-cap`.
pub const GRADUATION_CAP: Icon = Icon::new('\u{e234}');
/// `hard-drive`.
pub const HARD_DRIVE: Icon = Icon::new('\u{e0ed}');
/// `hash`.
pub const HASH: Icon = Icon::new('\u{e0ef}');
/// `history`.
pub const HISTORY: Icon = Icon::new('\u{e1f5}');
/// `hourglass`.
pub const HOURGLASS: Icon = Icon::new('\u{e296}');
/// `image`.
pub const IMAGE: Icon = Icon::new('\u{e0f6}');
/// `inbox`.
pub const INBOX: Icon = Icon::new('\u{e0f7}');
/// `info`.
pub const INFO: Icon = Icon::new('\u{e0f9}');
/// `key-round`.
pub const KEY_ROUND: Icon = Icon::new('\u{e4a3}');
/// `keyboard`.
pub const KEYBOARD: Icon = Icon::new('\u{e284}');
/// `layers`.
pub const LAYERS: Icon = Icon::new('\u{e529}');
/// `lightbulb`.
pub const LIGHTBULB: Icon = Icon::new('\u{e1c2}');
/// `link`.
pub const LINK: Icon = Icon::new('\u{e102}');
/// `list`.
pub const LIST: Icon = Icon::new('\u{e106}');
/// `list-checks`.
pub const LIST_CHECKS: Icon = Icon::new('\u{e1d0}');
/// `list-filter`.
pub const LIST_FILTER: Icon = Icon::new('\u{e460}');
/// `list-tree`.
pub const LIST_TREE: Icon = Icon::new('\u{e408}');
/// `loader-circle`.
pub const LOADER_CIRCLE: Icon = Icon::new('\u{e10a}');
/// `lock`.
pub const LOCK: Icon = Icon::new('\u{e10b}');
/// `lock-open`.
pub const LOCK_OPEN: Icon = Icon::new('\u{e10c}');
/// `log-in`.
pub const LOG_IN: Icon = Icon::new('\u{e10d}');
/// `maximize-2`.
pub const MAXIMIZE_2: Icon = Icon::new('\u{e113}');
/// `message-square`.
pub const MESSAGE_SQUARE: Icon = Icon::new('\u{e117}');
/// `message-square-text`.
pub const MESSAGE_SQUARE_TEXT: Icon = Icon::new('\u{e575}');
/// `minimize-2`.
pub const MINIMIZE_2: Icon = Icon::new('\u{e11b}');
/// `minus`.
pub const MINUS: Icon = Icon::new('\u{e11c}');
/// `monitor`.
pub const MONITOR: Icon = Icon::new('\u{e11d}');
/// `moon`.
pub const MOON: Icon = Icon::new('\u{e11e}');
/// `mountain`.
pub const MOUNTAIN: Icon = Icon::new('\u{e231}');
/// `network`.
pub const NETWORK: Icon = Icon::new('\u{e125}');
/// `octagon-alert`.
pub const OCTAGON_ALERT: Icon = Icon::new('\u{e127}');
/// `package`.
pub const PACKAGE: Icon = Icon::new('\u{e129}');
/// `panel-bottom`.
pub const PANEL_BOTTOM: Icon = Icon::new('\u{e42c}');
/// `panel-left`.
pub const PANEL_LEFT: Icon = Icon::new('\u{e12a}');
/// `panel-right`.
pub const PANEL_RIGHT: Icon = Icon::new('\u{e431}');
/// `paperclip`.
pub const PAPERCLIP: Icon = Icon::new('\u{e12d}');
/// `pause`.
pub const PAUSE: Icon = Icon::new('\u{e12e}');
/// `pencil`.
pub const PENCIL: Icon = Icon::new('\u{e1f9}');
/// `pin`.
pub const PIN: Icon = Icon::new('\u{e259}');
/// `play`.
pub const PLAY: Icon = Icon::new('\u{e13c}');
/// `plug`.
pub const PLUG: Icon = Icon::new('\u{e37f}');
/// `plus`.
pub const PLUS: Icon = Icon::new('\u{e13d}');
/// `presentation`.
pub const PRESENTATION: Icon = Icon::new('\u{e4ae}');
/// `quote`.
pub const QUOTE: Icon = Icon::new('\u{e239}');
/// `radio`.
pub const RADIO: Icon = Icon::new('\u{e142}');
/// `receipt`.
pub const RECEIPT: Icon = Icon::new('\u{e3d3}');
/// `refresh-cw`.
pub const REFRESH_CW: Icon = Icon::new('\u{e145}');
/// `rotate-ccw`.
pub const ROTATE_CCW: Icon = Icon::new('\u{e148}');
/// `save`.
pub const SAVE: Icon = Icon::new('\u{e14d}');
/// `search`.
pub const SEARCH: Icon = Icon::new('\u{e151}');
/// `send`.
pub const SEND: Icon = Icon::new('\u{e152}');
/// `server`.
pub const SERVER: Icon = Icon::new('\u{e153}');
/// `settings`.
pub const SETTINGS: Icon = Icon::new('\u{e154}');
/// `shield`.
pub const SHIELD: Icon = Icon::new('\u{e158}');
/// `shield-check`.
pub const SHIELD_CHECK: Icon = Icon::new('\u{e1ff}');
/// `skip-forward`.
pub const SKIP_FORWARD: Icon = Icon::new('\u{e160}');
/// `sliders-horizontal`.
pub const SLIDERS_HORIZONTAL: Icon = Icon::new('\u{e29a}');
/// `sparkles`.
pub const SPARKLES: Icon = Icon::new('\u{e412}');
/// `square`.
pub const SQUARE: Icon = Icon::new('\u{e167}');
/// `square-check`.
pub const SQUARE_CHECK: Icon = Icon::new('\u{e559}');
/// `square-terminal`.
pub const SQUARE_TERMINAL: Icon = Icon::new('\u{e20a}');
/// `star`.
pub const STAR: Icon = Icon::new('\u{e176}');
/// `sun`.
pub const SUN: Icon = Icon::new('\u{e178}');
/// `sun-moon`.
pub const SUN_MOON: Icon = Icon::new('\u{e2b2}');
/// `table`.
pub const TABLE: Icon = Icon::new('\u{e17d}');
/// `tag`.
pub const TAG: Icon = Icon::new('\u{e17f}');
/// `target`.
pub const TARGET: Icon = Icon::new('\u{e180}');
/// `text-align-start`.
pub const TEXT_ALIGN_START: Icon = Icon::new('\u{e185}');
/// `timer`.
pub const TIMER: Icon = Icon::new('\u{e1e0}');
/// `trash-2`.
pub const TRASH_2: Icon = Icon::new('\u{e18e}');
/// `triangle-alert`.
pub const TRIANGLE_ALERT: Icon = Icon::new('\u{e193}');
/// `undo-2`.
pub const UNDO_2: Icon = Icon::new('\u{e2a1}');
/// `unplug`.
pub const UNPLUG: Icon = Icon::new('\u{e45d}');
/// `upload`.
pub const UPLOAD: Icon = Icon::new('\u{e19e}');
/// `user`.
pub const USER: Icon = Icon::new('\u{e19f}');
/// `users`.
pub const USERS: Icon = Icon::new('\u{e1a4}');
/// `wand-sparkles`.
pub const WAND_SPARKLES: Icon = Icon::new('\u{e357}');
/// `wifi-off`.
pub const WIFI_OFF: Icon = Icon::new('\u{e1af}');
/// `workflow`.
pub const WORKFLOW: Icon = Icon::new('\u{e425}');
/// `wrap-text`.
pub const WRAP_TEXT: Icon = Icon::new('\u{e248}');
/// `wrench`.
pub const WRENCH: Icon = Icon::new('\u{e1b1}');
/// `x`.
pub const X: Icon = Icon::new('\u{e1b2}');
/// `zap`.
pub const ZAP: Icon = Icon::new('\u{e1b4}');
/// `zoom-in`.
pub const ZOOM_IN: Icon = Icon::new('\u{e1b6}');
/// `zoom-out`.
pub const ZOOM_OUT: Icon = Icon::new('\u{e1b7}');

/// Every icon.
pub const ALL: [Icon; 144] = [
    ACTIVITY,
    ALARM_CLOCK,
    ARROW_DOWN,
    ARROW_LEFT,
    ARROW_RIGHT,
    ARROW_UP,
    ARROW_UP_RIGHT,
    BAN,
    BELL,
    BELL_RING,
    BOOK_OPEN,
    BOT,
    BOX,
    BRACES,
    BRAIN,
    BUG,
    CALENDAR,
    CHART_AREA,
    CHART_COLUMN,
    CHART_LINE,
    CHECK,
    CHEVRON_DOWN,
    CHEVRON_LEFT,
    CHEVRON_RIGHT,
    CHEVRON_UP,
    CHEVRONS_DOWN_UP,
    CHEVRONS_UP_DOWN,
    CIRCLE,
    CIRCLE_ALERT,
    CIRCLE_CHECK,
    CIRCLE_DASHED,
    CIRCLE_DOT,
    CIRCLE_MINUS,
    CIRCLE_QUESTION_MARK,
    CIRCLE_X,
    CLOCK,
    CLOUD,
    CODE,
    COINS,
    COPY,
    CPU,
    DATABASE,
    DOLLAR_SIGN,
    DOWNLOAD,
    ELLIPSIS,
    ELLIPSIS_VERTICAL,
    EXTERNAL_LINK,
    EYE,
    EYE_OFF,
    FILE_JSON,
    FILE_TEXT,
    FILTER,
    FLAME,
    FLASK_CONICAL,
    FOLDER,
    FOLDER_OPEN,
    GAUGE,
    GIT_COMPARE,
    GLOBE,
    GRADUATION_CAP,
    HARD_DRIVE,
    HASH,
    HISTORY,
    HOURGLASS,
    IMAGE,
    INBOX,
    INFO,
    KEY_ROUND,
    KEYBOARD,
    LAYERS,
    LIGHTBULB,
    LINK,
    LIST,
    LIST_CHECKS,
    LIST_FILTER,
    LIST_TREE,
    LOADER_CIRCLE,
    LOCK,
    LOCK_OPEN,
    LOG_IN,
    MAXIMIZE_2,
    MESSAGE_SQUARE,
    MESSAGE_SQUARE_TEXT,
    MINIMIZE_2,
    MINUS,
    MONITOR,
    MOON,
    MOUNTAIN,
    NETWORK,
    OCTAGON_ALERT,
    PACKAGE,
    PANEL_BOTTOM,
    PANEL_LEFT,
    PANEL_RIGHT,
    PAPERCLIP,
    PAUSE,
    PENCIL,
    PIN,
    PLAY,
    PLUG,
    PLUS,
    PRESENTATION,
    QUOTE,
    RADIO,
    RECEIPT,
    REFRESH_CW,
    ROTATE_CCW,
    SAVE,
    SEARCH,
    SEND,
    SERVER,
    SETTINGS,
    SHIELD,
    SHIELD_CHECK,
    SKIP_FORWARD,
    SLIDERS_HORIZONTAL,
    SPARKLES,
    SQUARE,
    SQUARE_CHECK,
    SQUARE_TERMINAL,
    STAR,
    SUN,
    SUN_MOON,
    TABLE,
    TAG,
    TARGET,
    TEXT_ALIGN_START,
    TIMER,
    TRASH_2,
    TRIANGLE_ALERT,
    UNDO_2,
    UNPLUG,
    UPLOAD,
    USER,
    USERS,
    WAND_SPARKLES,
    WIFI_OFF,
    WORKFLOW,
    WRAP_TEXT,
    WRENCH,
    X,
    ZAP,
    ZOOM_IN,
    ZOOM_OUT,
];
