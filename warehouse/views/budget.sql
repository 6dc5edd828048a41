-- en: The budget of each government by item of the fiscal classification: as passed, as adjusted, and as carried out, in yuan. Tables and prose of documents that are no copies; of several statements the surest one.
-- zh: 各级政府预算分科目：预算数、调整预算数、执行数
-- column year: Year of the budget. | 年份
-- column account: The account: 一般公共预算, 政府性基金, 国有资本经营 or 社会保险基金. | 预算类别
-- column budget: The budget as passed at the beginning of the year, in yuan. | 预算数
-- column adjusted: The budget after its adjustment, in yuan. | 调整预算数
-- column executed: What was carried out, in yuan. | 执行数
-- column growth: Growth of what was carried out over the year before, in percent; of the budget where nothing is told of the execution. | 增长率
-- column share: Share of what was carried out (else of the budget as adjusted, else as passed) in all classes (类) of the same account and classification of that year, in percent. | 占比
-- column metric_ids: The metrics that the figures are from. | 来源指标
with stated as (
    select
        m.*,
        m.period_start as year,
        coalesce(m.section, '') || ' ' || coalesce(d.title, '') as headings,
        replace(replace(m.indicator, '（', '('), '）', ')') as name
    from metrics m
    join documents d using (document_id)
    where d.copy_of is null
      and m.region_code is not null
      and m.period_start = m.period_end
      and m.sub_period is null
      and m.scope in ('whole', 'own_level')
      and (m.place is null or m.scope = 'own_level')
      and ((m.statistic = 'level' and m.unit_std = 'CNY') or (m.statistic = 'growth_rate' and coalesce(m.basis, 'yoy') = 'yoy'))
),

items as (
    -- Budgets leave 支出 and 收入 out of a name where the table's title has it.
    select *, unnest(list_distinct([plain, regexp_replace(plain, '(支出|收入)$', '')])) as called
    from (select *, replace(replace(fiscal_item, '（', '('), '）', ')') as plain from fiscal_items)
),

named as (
    select
        s.*,
        i.fiscal_code,
        i.fiscal_item,
        i.fiscal_level,
        i.parent_fiscal_code,
        i.classification,
        case
            when regexp_matches(s.section, '政府性基金') then '政府性基金'
            when regexp_matches(s.section, '国有资本经营') or i.fiscal_code like '223%' then '国有资本经营'
            when regexp_matches(s.section, '社会保险基金|社保基金') or i.fiscal_code like '209%' or i.fiscal_code like '102%' then '社会保险基金'
            else '一般公共预算'
        end as account,
        -- The same name in two classifications: what the title says, else the function.
        row_number() over (
            partition by s.metric_id
            order by
                (s.name <> i.plain),
                case
                    when i.classification like 'economic%' then not regexp_matches(s.headings, '经济(分类|科目)')
                    else regexp_matches(s.headings, '经济(分类|科目)')
                end,
                i.classification like 'economic%',
                i.fiscal_code
        ) as choice
    from stated s
    join items i on s.name = i.called and s.year between coalesce(i.valid_from, 0) and coalesce(i.valid_to, 9999)
),

figures as (
    select
        region_code, any_value(region) as region, year, scope, account, classification, fiscal_level, parent_fiscal_code, fiscal_code, fiscal_item,
        arg_max(value_std, (confidence, report_year)) filter (statistic = 'level' and modality = 'target' and basis is null) as budget,
        arg_max(value_std, (confidence, report_year)) filter (statistic = 'level' and modality = 'target' and basis = 'adjusted_budget') as adjusted,
        arg_max(value_std, (confidence, report_year)) filter (statistic = 'level' and modality = 'actual') as executed,
        arg_max(value, (modality = 'actual', confidence, report_year)) filter (statistic = 'growth_rate') as growth,
        list_sort(list_distinct(list(metric_id))) as metric_ids
    from named
    where choice = 1
    group by region_code, year, scope, account, classification, fiscal_level, parent_fiscal_code, fiscal_code, fiscal_item
)

select
    region_code, region, year, scope, account, classification, fiscal_code, fiscal_item, fiscal_level, budget, adjusted, executed, growth,
    round(100 * coalesce(executed, adjusted, budget)
        / nullif(sum(coalesce(executed, adjusted, budget)) filter (fiscal_level = 'class')
            over (partition by region_code, year, scope, account, classification), 0), 2) as share,
    metric_ids
from figures
order by region_code, year, scope, account, classification, fiscal_code
