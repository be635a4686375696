"""Names of stages, causes, files and records in reports: fixed, so that a report can be made again."""

from collections.abc import Mapping

STAGES: Mapping[str, tuple[str, str]] = {
    "lead": ("线索", "Lead"),
    "screening": ("洽谈评审", "Screening"),
    "incubating": ("签约入驻·在孵", "Incubating"),
    "accelerating": ("加速", "Accelerating"),
    "relocating": ("搬迁回流", "Relocating"),
    "landed": ("注册落户", "Landed"),
    "industrialising": ("开工", "Industrialising"),
    "industrialised": ("投产", "In production"),
    "alumni": ("毕业跟踪", "Alumni"),
    "suspended": ("暂停", "Suspended"),
    "moved_elsewhere": ("迁往他处", "Moved elsewhere"),
    "terminated": ("终止", "Terminated"),
}

CAUSES: Mapping[str, tuple[str, str]] = {
    "funding": ("资金", "funding"),
    "policy": ("政策", "policy"),
    "service": ("服务", "service"),
    "technology": ("技术", "technology"),
    "team": ("团队", "team"),
    "market": ("市场", "market"),
}

EVIDENCE: Mapping[str, tuple[str, str]] = {
    "agreement": ("协议", "agreement"),
    "licence": ("营业执照或登记证明", "licence or registration"),
    "bank": ("银行回单或验资证明", "bank receipt"),
    "lease": ("租赁或用地文件", "lease or land document"),
    "permit": ("许可文件", "permit"),
    "production": ("投产证明", "proof of production"),
    "milestone": ("里程碑证明", "proof of a milestone"),
    "certificate": ("证书", "certificate"),
    "return": ("报表依据", "basis of a return"),
    "other": ("其他", "other"),
}

SEVERITIES: Mapping[str, tuple[str, str]] = {"serious": ("重点", "serious"), "warning": ("关注", "warning")}

RECORDS: Mapping[str, tuple[str, str]] = {
    "project_fact": ("项目事项", "project fact"),
    "recognition": ("资质与入选", "recognition"),
    "observation": ("月度数据", "monthly figure"),
    "stage_move": ("阶段变动", "stage move"),
}


def name_of(table: Mapping[str, tuple[str, str]], key: str, *, chinese: bool) -> str:
    return table.get(key, (key, key))[0 if chinese else 1]
