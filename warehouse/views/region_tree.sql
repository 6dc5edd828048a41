-- en: Each region with every region above it and itself, for rolling up: join on region_code, group by ancestor_code.
-- zh: 行政区划层级：每个地区及其各级上级
-- stored by: region_code distance
-- column ancestor_code: Code of the region itself or of one above it. | 上级代码
-- column ancestor: Name of that region. | 上级名称
-- column ancestor_level: Level of that region. | 上级级别
-- column distance: 0 for the region itself, 1 for the one directly above it, and so on. | 层级距离
with recursive codes as (
    select
        region_code,
        arg_max(region, (coalesce(valid_to, 9999), region)) as region,
        arg_max(region_level, (coalesce(valid_to, 9999), region)) as region_level,
        arg_max(parent_code, (coalesce(valid_to, 9999), region)) as parent_code
    from regions group by region_code
),

climbed as (
    select region_code, region, region_level, region_code as ancestor_code, region as ancestor, region_level as ancestor_level, parent_code, 0 as distance
    from codes
    union all
    select c.region_code, c.region, c.region_level, p.region_code, p.region, p.region_level, p.parent_code, c.distance + 1
    from climbed c join codes p on p.region_code = c.parent_code
    where c.distance < 6
),

final as (
    select region_code, region, region_level, ancestor_code, ancestor, ancestor_level, distance from climbed
)

select * from final
