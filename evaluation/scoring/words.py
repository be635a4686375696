"""The words of explanations, in Chinese and English: rules, inputs, states, totals.

Scores are stored without a language (a key and its numbers); whoever shows them takes the words from here, so
that page, API and report say the same.
"""

from collections.abc import Mapping

RULES: Mapping[str, tuple[str, str]] = {
    "target_ratio": (
        "按完成率计分：实际值 ÷ 目标值，完成目标的{full_at}得满分，超额不加分。",
        "Points by completion: value ÷ target; full points at {full_at} of the target, no more beyond it.",
    ),
    "linear": (
        "区间线性计分：{floor}及以下得0分，{ceiling}及以上得满分，其间按比例计算。",
        "Straight line: nothing up to {floor}, full points from {ceiling}, in proportion between.",
    ),
    "inverse": (
        "逆向计分（越低越好）：{full_at}及以下得满分，{zero_at}及以上得0分，其间按比例计算。",
        "Less is better: full points up to {full_at}, nothing from {zero_at}, in proportion between.",
    ),
    "bands": ("分档计分：{bands}。", "By bands: {bands}."),
    "per_unit": ("每单位计{each}分，最高{limit}分。", "{each} points each, at most {limit}."),
    "veto": (
        "一票否决：达到{at_least}次即评为不合格。",
        "Veto: from {at_least} on the evaluation fails.",
    ),
    "sum": ("本板块各项指标得分之和。", "The sum of the indicators below."),
    "group_spread": (
        "本板块没有可计分的指标，其分值按权重分摊至其他板块。",
        "No indicator of this heading can be scored; its points are spread over the other headings.",
    ),
    "no_target_spread": (
        "合同未约定本期目标，仅列示数值、不计分；其分值按权重分摊至同一板块的其他指标。",
        "The contract sets no target for this period: shown but not scored. Its points are spread over the "
        "other indicators of the heading by weight.",
    ),
    "no_target_zero": (
        "合同未约定本期目标，按方案规定计0分。",
        "The contract sets no target for this period; the scheme gives no points for that.",
    ),
    "no_data_zero": (
        "本期没有经核验的数据，按方案规定计0分（并非数值为0）。",
        "No verified data for this period; the scheme gives no points for that (the value need not be 0).",
    ),
    "no_data_spread": (
        "本期没有经核验的数据，不计分；其分值按权重分摊至同一板块的其他指标。",
        "No verified data for this period: not scored. Its points are spread over the other indicators of "
        "the heading by weight.",
    ),
    "no_data_extra": (
        "本期没有经核验的数据，不加分、不扣分。",
        "No verified data for this period: nothing added, nothing taken off.",
    ),
    "not_applicable_zero": (
        "本期没有可评价的对象，按方案规定计0分。",
        "There was nothing to measure in this period; the scheme gives no points for that.",
    ),
    "not_applicable_spread": (
        "本期没有可评价的对象，不计分；其分值按权重分摊至同一板块的其他指标。",
        "There was nothing to measure in this period: not scored. Its points are spread over the other "
        "indicators of the heading by weight.",
    ),
    "not_applicable_extra": (
        "本期没有可评价的对象，不加分、不扣分。",
        "There was nothing to measure in this period: nothing added, nothing taken off.",
    ),
    "worst_zero": (
        "本期有财政支出而没有落户项目，计0分。",
        "Public money was spent in this period and nothing landed: no points.",
    ),
}

INPUTS: Mapping[str, tuple[str, str]] = {
    "agreements_verified": ("经核验的入孵协议", "Incubation agreements verified"),
    "landings_verified": ("经核验的落户项目", "Landings verified"),
    "production_starts_verified": ("经核验的投产项目", "Production starts verified"),
    "weighted_by_credit": ("按引进贡献比例折算", "Weighted by credit"),
    "weighted_by_credit_yuan": ("按引进贡献比例折算", "Weighted by credit"),
    "payments_verified": ("经核验的到账笔数", "Payments verified"),
    "paid_in_yuan": ("到账金额合计（折人民币）", "Paid in, converted to yuan"),
    "payments_without_rate": ("缺少汇率、未计入的笔数", "Payments left out for want of a rate"),
    "recognition_jiyang_talent": ("暨阳英才计划入选", "Jiyang Talent Plan"),
    "recognition_taihu_talent": ("太湖人才计划入选", "Taihu Talent Plan"),
    "recognition_invention_patent": ("发明专利申请", "Invention patents filed"),
    "recognition_pct_patent": ("PCT国际专利申请", "PCT applications filed"),
    "recognition_tech_sme": ("科技型中小企业", "Technology SMEs"),
    "recognition_hnte": ("高新技术企业", "High-tech enterprises"),
    "recognition_potential_gazelle": ("潜在瞪羚企业", "Potential gazelles"),
    "recognition_gazelle": ("瞪羚企业", "Gazelles"),
    "recognition_unicorn": ("独角兽企业", "Unicorns"),
    "recognition_listed": ("上市企业", "Listed companies"),
    "in_care": ("期初在孵及期内进入在孵的项目", "Projects in care at the start or admitted since"),
    "terminated": ("其中期内终止", "Of these, terminated in the period"),
    "facts_entered": ("期内填报事项", "Facts entered"),
    "facts_verified": ("其中核验通过", "Verified"),
    "facts_returned": ("其中被退回", "Returned"),
    "facts_unresolved": ("逾期未处理的退回事项", "Returned facts left unresolved"),
    "satisfaction_mean": ("满意度平均值", "Mean satisfaction"),
    "months_verified": ("已核验月份", "Months verified"),
    "months_due": ("应报月份", "Months due"),
    "total_in_care": ("在孵项目", "Projects in care"),
    "total_signed": ("新签入孵", "Agreements signed"),
    "total_registered": ("注册落户", "Landed"),
    "total_producing": ("投产", "In production"),
    "total_paid_in": ("到位资金", "Capital paid in"),
}

UNITS: Mapping[str, tuple[str, str]] = {
    "projects": ("项", "projects"),
    "payments": ("笔", "payments"),
    "items": ("", ""),
    "facts": ("项", "facts"),
    "months": ("个月", "months"),
    "yuan": ("元", "yuan"),
    "percent": ("%", "%"),
    "share": ("%", "%"),
}

GRADES: Mapping[str, tuple[str, str]] = {"ungraded": ("暂不评定", "Not graded")}

TARGETS: Mapping[str, tuple[str, str]] = {
    "exact": ("合同约定的本期目标", "the contract's target for this period"),
    "pro_rata": ("由全年目标按月折算", "pro rata of the year's target"),
    "none": ("", ""),
}


def is_chinese(language: str) -> bool:
    return language.startswith("zh")


def in_language(pair: tuple[str, str], language: str) -> str:
    return pair[0 if is_chinese(language) else 1]


def rule_in_words(key: str, params: Mapping[str, str], language: str) -> str:
    """The sentence for a rule; a key that no sentence has is shown as it is rather than hidden."""
    pair = RULES.get(key)
    if pair is None:
        return key
    text = in_language(pair, language).format(**params)
    return text.replace("; ", "；") if is_chinese(language) else text


def input_label(key: str, language: str) -> str:
    return in_language(INPUTS.get(key, (key, key)), language)


def unit_label(key: str, language: str) -> str:
    return in_language(UNITS.get(key, (key, key)), language)
