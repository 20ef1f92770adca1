"""What closed sets are called in a report, in Simplified Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from farm.model.finding import Severity, Status, SubjectKind
from farm.model.inspection import State, Suite
from farm.model.reasons import OUTCOMES, Label
from farm.rules.engine import VerdictState
from farm.rules.rule import Confidence, Phase
from workers.data.tables import Category, Protection

__all__ = [
    "CATEGORIES", "CONFIDENCES", "FAMILIES", "OUTCOMES", "PHASES", "PROTECTIONS", "SEVERITIES", "STATES",
    "STATE_NOTES", "STATUSES", "SUBJECTS", "SUITES", "VERDICTS", "Label", "called",
]  # fmt: skip


def called(labels: Mapping[str, Label], word: str) -> Label:
    """Return what evidence calls `word`; one that is not known stays as it is."""
    return labels.get(word, (word, word))


SUITES: Mapping[Suite, Label] = {
    Suite.STATIC: ("静态", "static"),
    Suite.DYNAMIC: ("动态", "dynamic"),
}

STATES: Mapping[State, Label] = {
    State.DONE: ("已检测", "inspected"),
    State.UNKNOWN: ("未知", "unknown"),
    State.UNUSABLE: ("不可检测", "unusable"),
    State.QUARANTINED: ("已隔离", "quarantined"),
    State.CANCELLED: ("已取消", "cancelled"),
    State.RUNNING: ("检测中", "running"),
    State.PENDING: ("待检测", "pending"),
}

STATE_NOTES: Mapping[State, Label] = {
    State.DONE: ("证据已保存并判定", "evidence is stored and judged"),
    State.UNKNOWN: (
        "这套检测看不到应用的内容，不能得出结论",
        "the app does not show itself to the suite, and does not count as clean",
    ),
    State.UNUSABLE: ("文件不是可检测的应用", "the file is no app that could be inspected"),
    State.QUARANTINED: ("检测工具反复失败，已搁置", "our tool failed on it again and again"),
    State.CANCELLED: ("被人取消", "stopped by a person"),
    State.RUNNING: ("正在检测", "in a worker's hands"),
    State.PENDING: ("尚未检测", "not inspected yet"),
}

SEVERITIES: Mapping[Severity, Label] = {
    Severity.HIGH: ("高", "high"),
    Severity.MEDIUM: ("中", "medium"),
    Severity.LOW: ("低", "low"),
}

CONFIDENCES: Mapping[Confidence, Label] = {
    Confidence.HIGH: ("高", "high"),
    Confidence.MEDIUM: ("中", "medium"),
    Confidence.LOW: ("低", "low"),
}

STATUSES: Mapping[Status, Label] = {
    Status.LEAD: ("线索", "lead"),
    Status.CONFIRMED: ("已确认", "confirmed"),
    Status.DISMISSED: ("已排除", "dismissed"),
}

SUBJECTS: Mapping[SubjectKind, Label] = {
    SubjectKind.APP: ("应用自身", "app"),
    SubjectKind.SDK: ("第三方 SDK", "SDK"),
}

VERDICTS: Mapping[VerdictState, Label] = {
    VerdictState.OBSERVED: ("发现线索", "observed"),
    VerdictState.NOT_OBSERVED: ("未发现", "not observed"),
    VerdictState.NOT_TESTABLE: ("无法检测", "not testable"),
}

PHASES: Mapping[Phase, Label] = {
    Phase.STATIC: ("静态分析", "static"),
    Phase.BEFORE_CONSENT: ("同意前运行", "running, before consent"),
    Phase.REFUSED: ("拒绝后运行", "running, consent refused"),
    Phase.AFTER_CONSENT: ("同意后前台运行", "running, after consent"),
    Phase.BACKGROUND: ("后台或静默运行", "running in the background"),
    Phase.PERSON: ("人工", "a person"),
    Phase.SERVER: ("服务端", "the server's side"),
}

CATEGORIES: Mapping[str, Label] = {
    Category.ADS: ("广告", "ads"),
    Category.AD_DOWNLOAD: ("广告下载", "ad downloads"),
    Category.ANALYTICS: ("统计分析", "analytics"),
    Category.CAPTCHA: ("验证码", "captcha"),
    Category.CLOUD: ("云服务", "cloud"),
    Category.CRASH: ("崩溃与性能", "crashes"),
    Category.CUSTOMER_SERVICE: ("客服", "customer service"),
    Category.DOWNLOAD: ("下载更新", "downloads"),
    Category.FACE: ("人脸识别", "face"),
    Category.FRAMEWORK: ("开发框架", "framework"),
    Category.HOTFIX: ("热修复", "hot fixes"),
    Category.IDENTIFIER: ("设备标识", "identifiers"),
    Category.IM: ("即时通讯", "messaging"),
    Category.IMAGE: ("图像", "images"),
    Category.LOGIN: ("登录", "log-in"),
    Category.MAP: ("地图定位", "maps"),
    Category.MEDIA: ("音视频", "media"),
    Category.NETWORK: ("网络通信", "network"),
    Category.PAYMENT: ("支付", "payment"),
    Category.PLATFORM_LIBRARY: ("平台库", "platform library"),
    Category.PLUGIN: ("插件化", "plug-ins"),
    Category.PUSH: ("推送", "push"),
    Category.SECURITY: ("安全风控", "security"),
    Category.SOCIAL: ("社交分享", "social"),
    Category.SPEECH: ("语音", "speech"),
    Category.STORAGE: ("数据存储", "storage"),
    Category.TESTING: ("测试", "testing"),
    Category.UI: ("界面组件", "user interface"),
    Category.UTILITY: ("工具库", "utilities"),
    Category.VENDOR_SERVICE: ("厂商服务", "vendor service"),
    Category.WEB: ("网页内核", "web"),
}

PROTECTIONS: Mapping[str, Label] = {
    Protection.DANGEROUS: ("危险", "dangerous"),
    Protection.SPECIAL: ("特殊授权", "special"),
    Protection.NORMAL: ("普通", "normal"),
    Protection.SIGNATURE: ("系统签名", "signature"),
}

FAMILIES: Mapping[str, Label] = {
    "identifier": ("设备标识", "Device identifiers"),
    "personal": ("个人资料", "Personal data"),
    "location": ("位置", "Location"),
    "apps": ("应用列表与使用", "Apps and their use"),
    "network": ("网络环境", "Network around"),
    "sensor": ("相机、麦克风、传感器", "Camera, microphone, sensors"),
    "device": ("设备状态", "Device state"),
    "behaviour": ("行为能力", "Behaviour"),
}
